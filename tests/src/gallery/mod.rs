//! The demo gallery: a portfolio whose works say every kind of thing, or nothing.
//!
//! Each face of the mark is met at least once, by the same means that artists have:
//! metadata in the file, headers of the answer, `robots.txt`, `tdmrep.json`. The
//! page itself says nothing about machines. The artist is invented.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::art::{self, Picture};
use crate::metadata_writer::{self as write, Claims, Exif};
use crate::site::{Answer, Hosts, Site};
use crate::tune;

/// The host of the pages.
pub const HOME: &str = "gallery.localhost";
/// The host of the pictures and the sound.
pub const MEDIA: &str = "media.gallery.localhost";
/// A stranger's site that shows copies.
pub const STRANGER: &str = "free-wallpapers.test";

/// The gallery, served.
pub struct Gallery {
    /// Where the pages are.
    pub home: Site,
    /// Where the media are.
    pub media: Site,
    /// Where copies are.
    pub stranger: Site,
    /// The artist's own file of "Seven ridges", as it never was on the web.
    pub own_work: Vec<u8>,
    /// A file that looks like nothing else on the walls.
    pub other_work: Vec<u8>,
}

struct Hung {
    path: &'static str,
    name: &'static str,
    caption: &'static str,
    alt: &'static str,
}

/// In hanging order, column by column.
const WALL: &[Hung] = &[
    Hung {
        path: "/works/heron.jpg",
        name: "Heron, low water",
        caption: "Ink and one red, 2024. She stood there for forty minutes; I had time for the reeds.",
        alt: "A grey heron stands in shallow water before a red sun",
    },
    Hung {
        path: "/works/the-set.jpg",
        name: "The set",
        caption: "Woodcut in eight blocks, 2025. Reproductions through the studio.",
        alt: "A breaking wave with a boat and a white mountain",
    },
    Hung {
        path: "/works/knotwork.png",
        name: "Knotwork, twelve by nine",
        caption: "Two-block linocut, 2022. Hang it, print it, knit it; only say whose it is.",
        alt: "Bands that cross and turn in a square pattern",
    },
    Hung {
        path: "/works/strata.webp",
        name: "Strata",
        caption: "2026. Began as a rubbing of a quarry wall, went through a machine, came back to me.",
        alt: "Folded layers of green stone with threads of gold",
    },
    Hung {
        path: "/works/eleven-at-night.jpg",
        name: "Eleven at night",
        caption: "Gouache, 2023. The far bank, counted window by window.",
        alt: "A city at night with lit windows, mirrored in a river",
    },
    Hung {
        path: "/commissions/sunday.jpg",
        name: "Sunday",
        caption: "Screen print in four inks, for the harbour fête.",
        alt: "A poster with a large sun, hills, a bird and a sailing boat",
    },
    Hung {
        path: "/works/moonrise.jpg",
        name: "Moonrise over the sound",
        caption: "Oil on panel, 2021. On loan; the lender keeps a close eye on it.",
        alt: "A full moon over dark water with one sailing boat",
    },
    Hung {
        path: "/works/fern.png",
        name: "Fern, pressed",
        caption: "Botanical plate, 2024. For everybody, for anything. That is what plants are for.",
        alt: "Three fern fronds and two fiddleheads",
    },
    Hung {
        path: "/sketchbook/undertow.jpg",
        name: "Undertow",
        caption: "From the sketchbook. One long afternoon, lines that never touch.",
        alt: "Thousands of ink lines that flow around an eye",
    },
    Hung {
        path: "/postcards/seven-ridges.jpg",
        name: "Seven ridges",
        caption: "The postcard. The drawing itself has found its wall.",
        alt: "Seven mountain ridges in evening mist",
    },
];

/// Draws everything and hangs it on the hosts.
pub fn open(hosts: &Hosts) -> Gallery {
    let (home, media, stranger) = (hosts.site(HOME), hosts.site(MEDIA), hosts.site(STRANGER));
    let drawn: BTreeMap<&str, Picture> = art::draw_all().into_iter().collect();
    let licensing = "https://gallery.example/licensing";
    let mine = Claims {
        creator: Some("Ilka Morrow"),
        rights: Some("© 2024 Ilka Morrow"),
        ..Claims::default()
    };
    let exif = Exif {
        artist: Some("Ilka Morrow"),
        copyright: Some("2024 Ilka Morrow"),
        orientation: Some(1),
    };
    let jpeg = |name: &str| drawn[name].jpeg(88);

    // Denied, by the file itself.
    let claims = Claims {
        title: Some("Heron, low water"),
        data_mining: Some("DMI-PROHIBITED-AIMLTRAINING"),
        terms: Some("Looking is free. Not for training."),
        ..mine.clone()
    };
    let heron = write::into_jpeg(&jpeg("heron"), Some(&exif), Some(&claims.xmp()));
    media.put("/works/heron.jpg", picture("image/jpeg", heron));

    // On terms, by the answer's headers; the file says where to ask.
    let claims = Claims {
        title: Some("The set"),
        licensor: Some(("Ilka Morrow, studio", licensing)),
        ..mine.clone()
    };
    let set = write::into_jpeg(&jpeg("the-set"), None, Some(&claims.xmp()));
    media.put(
        "/works/the-set.jpg",
        picture("image/jpeg", set)
            .header("tdm-reservation", "1")
            .header("tdm-policy", &media.url("/licensing/policy.json")),
    );

    // Allowed, by the file and by the headers.
    let claims =
        Claims { title: Some("Fern, pressed"), data_mining: Some("DMI-ALLOWED"), ..mine.clone() };
    let fern = write::into_png(&drawn["fern"].resized(720).png(), &claims.xmp());
    media.put(
        "/works/fern.png",
        picture("image/png", fern).header("content-usage", "train-ai=y, ai-use=y, search=y"),
    );

    // Nothing said; and one that only pages may have.
    media.put("/works/eleven-at-night.jpg", picture("image/jpeg", jpeg("eleven-at-night")));
    media.put("/works/moonrise.jpg", picture("image/jpeg", jpeg("moonrise")).only_in_pages());

    // A licence, and not a word about machines.
    let claims = Claims {
        title: Some("Knotwork, twelve by nine"),
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
        ..mine.clone()
    };
    let knot = write::into_png(&drawn["knotwork"].resized(900).png(), &claims.xmp());
    media.put("/works/knotwork.png", picture("image/png", knot));

    // Made with the help of a machine, and it says so.
    let strata = drawn["strata"].resized(800);
    let claims = Claims {
        title: Some("Strata"),
        source_type: Some("compositeWithTrainedAlgorithmicMedia"),
        ai_system: Some("Quarry Diffusion"),
        ..mine.clone()
    };
    let size = (strata.width, strata.height);
    let strata = write::into_webp(&strata.webp(), size, &claims.xmp());
    media.put("/works/strata.webp", picture("image/webp", strata));

    // Reserved by files of the site, for parts of it.
    media.put("/sketchbook/undertow.jpg", picture("image/jpeg", jpeg("undertow")));
    media.put("/commissions/sunday.jpg", picture("image/jpeg", jpeg("sunday")));
    media.put("/robots.txt", Answer::of("text/plain; charset=utf-8", include_str!("robots.txt")));
    let tdmrep = r#"[{"location": "/commissions/", "tdm-reservation": 1}]"#;
    media.put("/.well-known/tdmrep.json", Answer::of("application/json", tdmrep));
    let filled =
        |text: &str| text.replace("{{media}}", &media.origin()).replace("{{home}}", &home.origin());
    media.put(
        "/licensing/policy.json",
        Answer::of("application/ld+json", filled(include_str!("policy.json"))),
    );

    // A small copy without a word: only the picture itself says whose it is.
    let copy = drawn["seven-ridges"].resized(640).jpeg(74);
    media.put("/postcards/seven-ridges.jpg", picture("image/jpeg", copy.clone()));

    // RIFF names no encoding for its texts, hence no © sign.
    let song = write::into_wav(
        &tune::wav(),
        &[(b"INAM", "Slow tide"), (b"IART", "Ilka Morrow"), (b"ICOP", "(c) 2026 Ilka Morrow")],
    );
    media.put("/sound/slow-tide.wav", picture("audio/wav", song));

    let works: String = WALL
        .iter()
        .map(|hung| {
            let drawing = hung.path.rsplit(['/', '.']).nth(1).unwrap_or_default();
            let picture = &drawn[drawing];
            format!(
                "    <figure><img src=\"{}{}\" alt=\"{}\" width=\"{}\" height=\"{}\">\
                 <figcaption><em>{}</em> {}</figcaption></figure>\n",
                media.origin(),
                hung.path,
                hung.alt,
                picture.width,
                picture.height,
                hung.name,
                hung.caption
            )
        })
        .collect();
    home.put("/", Answer::html(filled(include_str!("index.html")).replace("{{works}}", &works)));
    home.put("/about", Answer::html(include_str!("about.html")));
    home.put("/style.css", Answer::of("text/css", include_str!("style.css")));
    home.put("/robots.txt", Answer::of("text/plain", "User-agent: *\nAllow: /\n"));

    stranger.put("/pictures/mountains-4k-hd.jpg", picture("image/jpeg", copy));
    stranger.put(
        "/",
        Answer::html(
            "<!doctype html><meta charset=utf-8><title>Free wallpapers</title>\
             <link rel=icon href='data:,'><h1>Free wallpapers</h1>\
             <p><img src='/pictures/mountains-4k-hd.jpg' width=640 height=480 alt='Mountains'></p>",
        ),
    );
    let own_work = drawn["seven-ridges"].png();
    let other_work = drawn["sunday"].resized(500).jpeg(90);
    Gallery { home, media, stranger, own_work, other_work }
}

/// Pictures may be kept for an hour, as on most sites.
fn picture(mime: &str, bytes: Vec<u8>) -> Answer {
    Answer::of(mime, bytes).header("cache-control", "max-age=3600")
}

/// Hangs every picture and sound of a folder on a plain wall; returns where it is.
pub fn of_folder(hosts: &Hosts, folder: &Path) -> std::io::Result<Site> {
    let site = hosts.site("folder.localhost");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut wall = String::new();
    for (number, path) in files.into_iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(mime) = mime_of(&name) else { continue };
        let address = format!("/media/{number}");
        let tag = match mime.split_once('/') {
            Some(("audio", _)) => {
                format!("<audio controls preload=metadata src=\"{address}\"></audio>")
            }
            Some(("video", _)) => {
                format!("<video controls preload=metadata src=\"{address}\"></video>")
            }
            _ => format!("<img src=\"{address}\" alt=\"\">"),
        };
        let shown = name.replace('&', "&amp;").replace('<', "&lt;");
        wall.push_str(&format!(
            "    <figure>{tag}<figcaption><em>{shown}</em></figcaption></figure>\n"
        ));
        site.put(&address, Answer::file(mime, path));
    }
    let title = folder.file_name().unwrap_or_default().to_string_lossy().replace('<', "&lt;");
    site.put("/style.css", Answer::of("text/css", include_str!("style.css")));
    site.put(
        "/",
        Answer::html(format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/style.css\"></head>\
             <body><main><section class=\"opening\"><h1>{title}</h1></section>\n\
             <section class=\"wall\">\n{wall}</section></main></body></html>"
        )),
    );
    Ok(site)
}

fn mime_of(name: &str) -> Option<&'static str> {
    let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match end.as_str() {
        "jpg" | "jpeg" | "jpe" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "bmp" => "image/bmp",
        "ico" => "image/x-icon",
        "heic" | "heif" => "image/heif",
        "tif" | "tiff" => "image/tiff",
        "jxl" => "image/jxl",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "m4a" | "aac" => "audio/mp4",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        _ => return None,
    })
}
