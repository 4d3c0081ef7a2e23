//! What only real browsers can show: a worker that dies, a context menu, the page's own
//! policies, what the network sees. One session for each browser, shared by its checks.
//!
//! `cargo test -p sayso-tests --features browser --test browser -- --test-threads=1`
//! after the extension was built; words after `--` choose checks by their names.

#[path = "browser/above.rs"]
mod above;
#[path = "browser/access.rs"]
mod access;
#[path = "browser/cards.rs"]
mod cards;
#[path = "browser/cost.rs"]
mod cost;
#[path = "browser/desk.rs"]
mod desk;
#[path = "browser/face.rs"]
mod face;
#[path = "browser/faults.rs"]
mod faults;
#[path = "browser/following.rs"]
mod following;
#[path = "browser/forge.rs"]
mod forge;
#[path = "browser/kinds.rs"]
mod kinds;
#[path = "browser/order.rs"]
mod order;
#[path = "browser/own.rs"]
mod own;
#[path = "browser/pictures.rs"]
mod pictures;
#[path = "browser/servers.rs"]
mod servers;
#[path = "browser/sounds.rs"]
mod sounds;
#[path = "browser/tongues.rs"]
mod tongues;
#[path = "browser/traffic.rs"]
mod traffic;
#[path = "browser/works.rs"]
mod works;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use sayso_tests::browser::{Browser, Kind, Outcome, Setup};
use sayso_tests::gallery::{self, Gallery};
use sayso_tests::proxy::Proxy;
use sayso_tests::site::Hosts;
use tokio::runtime::Runtime;

/// Everything that a check can see and touch.
pub struct Room {
    /// The browser, with one tab.
    pub browser: Browser,
    /// The web, as far as it exists.
    pub hosts: Hosts,
    /// The demo gallery.
    pub gallery: Gallery,
    /// Writes down what the browser asks for.
    pub proxy: Proxy,
}

type Check = for<'a> fn(&'a Room) -> Pin<Box<dyn Future<Output = Outcome<()>> + 'a>>;

/// Makes a check of an async function.
macro_rules! checks {
    ($($room:ident :: $name:ident),+ $(,)?) => {
        &[$((concat!(stringify!($room), "::", stringify!($name)), (|room| Box::pin($room::$name(room))) as Check)),+]
    };
}

/// In this order: the first ones tell most when something is wrong at large.
const CHECKS: &[(&str, Check)] = checks![
    works::the_gallery_shows_every_face_of_the_mark,
    cards::hovering_a_work_opens_its_card,
    cards::the_card_opens_and_closes_from_the_keyboard,
    works::every_way_to_show_a_picture_gets_a_mark,
    works::a_work_that_comes_late_gets_a_mark,
    works::a_work_in_a_frame_of_another_host_gets_a_mark,
    works::a_page_that_allows_nothing_but_pictures_gets_marks,
    works::marks_come_although_the_worker_dies_in_the_middle,
    kinds::every_kind_of_work_is_found,
    above::marks_and_cards_lie_over_dialogs_and_popovers,
    above::a_picture_that_is_the_whole_document_gets_a_mark,
    above::a_canvas_is_read_when_the_reader_asks,
    face::the_list_filters_leads_to_the_work_and_can_be_taken_away,
    face::axe_finds_no_violation_on_any_page_of_ours,
    face::at_four_hundred_percent_nothing_runs_off_sideways,
    face::the_keyboard_walks_the_works_in_reading_order,
    face::marks_look_as_the_reader_wants,
    face::credit_is_ready_to_copy,
    face::a_long_press_opens_the_card,
    face::nothing_is_shown_in_print_and_in_fullscreen,
    face::settings_go_to_a_file_and_come_back,
    face::no_page_is_looked_at_before_the_reader_allows_it,
    access::access_to_one_site_is_enough_for_it_and_taken_away_shows_nothing_wrong,
    desk::a_copy_without_a_word_is_known_as_an_own_work,
    own::an_own_work_is_shown_small_beside_what_looks_like_it,
    own::a_folder_of_own_works_is_added_seen_saved_and_read_back,
    pictures::an_own_work_is_known_from_its_avif_copy_and_only_likely,
    pictures::a_browsers_pixels_stand_upright_whatever_the_container_says,
    pictures::what_the_browser_cannot_decode_or_gives_as_noise_has_no_code,
    pictures::a_jpeg_xl_picture_is_decoded_by_a_module_of_its_own,
    pictures::a_file_read_here_has_the_codes_and_hashes_that_it_has_everywhere,
    following::a_catalogue_is_followed_updated_and_forgotten,
    following::a_download_goes_on_where_it_was_broken_off,
    following::a_catalogue_that_stays_with_its_host_is_asked_by_shards,
    following::a_full_disk_is_said_and_what_was_had_still_answers,
    following::a_file_longer_than_was_said_takes_no_room,
    following::an_organisation_chooses_a_catalogue_and_nobody_else_can_take_its_place,
    desk::a_report_is_packed_on_the_machine_and_public_tools_agree,
    desk::a_letter_is_in_the_hosts_language_and_an_authority_stamps_the_bundle,
    desk::a_page_that_leaves_takes_nothing_from_its_report,
    desk::a_kept_report_is_listed_changed_removed_and_put_back,
    sounds::a_player_that_is_given_its_sound_late_gets_a_mark,
    sounds::sounds_without_an_element_are_listed_without_a_mark,
    sounds::a_link_to_a_sound_is_read_when_somebody_points_at_it,
    sounds::a_playlist_is_one_sound,
    sounds::a_stream_of_a_playlist_is_read_by_the_playlist,
    sounds::a_file_of_the_page_is_read_when_the_reader_asks,
    sounds::streams_and_protected_sounds_say_why_they_are_not_read,
    traffic::nothing_is_asked_that_the_settings_do_not_allow,
    traffic::on_a_site_that_is_switched_off_nothing_is_shown_and_nothing_is_asked,
    order::a_picture_seen_again_is_not_asked_for_again,
    order::what_scrolled_away_is_not_asked_for_before_it_returns,
    servers::what_could_not_be_read_says_so_and_is_never_allowed,
    forge::no_script_of_a_page_presses_our_buttons,
    forge::what_a_page_draws_over_us_is_not_in_the_list,
    faults::an_update_under_an_open_page_leaves_nothing_behind,
    faults::without_room_in_the_store_works_are_still_read_and_shown,
    faults::without_a_line_what_is_known_stays_and_what_is_not_is_said,
    tongues::every_sentence_is_a_message_and_none_is_cut_off,
    cost::a_page_of_a_hundred_pictures_keeps_to_its_budgets,
    cost::a_thousand_pictures_stay_smooth,
    cost::a_flood_of_different_addresses_does_not_drown_the_page,
    cost::a_card_that_is_known_comes_at_once,
    cost::nothing_runs_while_nothing_happens,
];

fn main() {
    if std::env::var("SAYSO_BROWSERS").is_ok_and(|when| when == "later") {
        println!("the browser checks have a step of their own");
        return;
    }
    let arguments = Arguments::from_args();
    let stages: Vec<Arc<Stage>> = Kind::ALL.map(|kind| Arc::new(Stage::new(kind))).into();
    let mut trials = Vec::new();
    for stage in &stages {
        let missing = !stage.kind.is_installed();
        if missing {
            eprintln!(
                "{} or its driver is not installed: its checks are left out",
                stage.kind.name()
            );
        }
        for (name, check) in CHECKS {
            let stage = stage.clone();
            let title = format!("{}::{name}", stage.kind.name());
            let trial = Trial::test(title, move || stage.play(*check));
            trials.push(trial.with_ignored_flag(missing));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    for stage in &stages {
        stage.close();
    }
    conclusion.exit();
}

/// A session that begins with its first check.
struct Stage {
    kind: Kind,
    runtime: Runtime,
    room: Mutex<Option<Result<Room, String>>>,
}

impl Stage {
    fn new(kind: Kind) -> Stage {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads can be had");
        Stage { kind, runtime, room: Mutex::new(None) }
    }

    fn play(&self, check: Check) -> Result<(), Failed> {
        let mut room = self.room.lock().unwrap_or_else(|e| e.into_inner());
        let opened = room
            .get_or_insert_with(|| self.runtime.block_on(self.open()).map_err(|e| e.to_string()));
        let room = opened.as_ref().map_err(|why| Failed::from(why.as_str()))?;
        self.runtime.block_on(async {
            let result = check(room).await;
            let cleaned = one_empty_tab(&room.browser).await;
            result.and(cleaned).map_err(|why| Failed::from(why.to_string()))
        })
    }

    async fn open(&self) -> Outcome<Room> {
        let extension = self
            .kind
            .extension()
            .ok_or("the extension is not built; `cargo xtask test` does both")?;
        let hosts = Hosts::start()?;
        let gallery = gallery::open(&hosts);
        let proxy = Proxy::start()?;
        let setup = Setup {
            extension: Some(extension),
            headless: true,
            window: (1280, 900),
            proxy: Some(proxy.port()),
        };
        let browser = Browser::start(self.kind, &setup).await?;
        browser.set_size(1280, 900).await?;
        Ok(Room { browser, hosts, gallery, proxy })
    }

    fn close(&self) {
        let room = self.room.lock().unwrap_or_else(|e| e.into_inner()).take();
        if let Some(Ok(room)) = room
            && let Err(why) = self.runtime.block_on(room.browser.quit())
        {
            eprintln!("{}: {why}", self.kind.name());
        }
    }
}

/// Every check begins with one empty tab, whatever the last one left.
async fn one_empty_tab(browser: &Browser) -> Outcome<()> {
    let all = browser.driver.windows().await?;
    for extra in all.iter().skip(1) {
        browser.driver.switch_to_window(extra.clone()).await?;
        browser.driver.close_window().await?;
    }
    browser.driver.switch_to_window(all[0].clone()).await?;
    browser.set_size(1280, 900).await?;
    browser.open("about:blank").await
}
