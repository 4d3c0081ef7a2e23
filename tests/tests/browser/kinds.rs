//! Every way to show a work, one page each: only a real browser resolves, draws, hides and
//! moves them. A line of the table is a page; what it needs lies under the same names on two
//! hosts, `{m}` being the other one.

use std::time::Instant;

use sayso_tests::browser::{Kind, Outcome};
use sayso_tests::site::{Answer, Site};
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

/// What is to be seen.
enum Seen {
    /// A mark that says no.
    Mark(&'static str),
    /// A mark, whatever it says: the file is out of our reach.
    AnyMark(&'static str),
    /// The card, when the reader points at it.
    Card(&'static str),
    /// A mark in a frame: frames from the outside in, then the work.
    Framed(&'static [&'static str], &'static str),
    /// A line that says no, in the list that no page can reach.
    Listed,
    /// No mark on the second, while the first has one.
    NoMark(&'static str, &'static str),
}

use Seen::{AnyMark, Card, Framed, Listed, Mark, NoMark};

const BOX: &str = "width=240 height=180";

/// Name, markup, what is to be seen. `{box}` is a size.
const KINDS: &[(&str, &str, Seen)] = &[
    // Pictures of HTML.
    ("img", "<img id=w src='{m}/heron.jpg' {box}>", Mark("#w")),
    ("img-relative", "<img id=w src='heron.jpg' {box}>", Mark("#w")),
    ("img-base", "<base href='{m}/deep/'><img id=w src='../heron.jpg' {box}>", Mark("#w")),
    ("img-redirected", "<img id=w src='{m}/moved.jpg' {box}>", Mark("#w")),
    ("img-query", "<img id=w src='{m}/heron.jpg?w=240&amp;q=ä' {box}>", Mark("#w")),
    (
        "srcset-density",
        "<img id=w srcset='{m}/heron.jpg 1x, {m}/heron.jpg?2 2x' {box}>",
        Mark("#w"),
    ),
    (
        "srcset-width",
        "<img id=w srcset='{m}/heron.jpg 300w, {m}/heron.jpg?2 900w' sizes=240px {box}>",
        Mark("#w"),
    ),
    (
        "picture-type",
        "<picture><source type=image/jpeg srcset='{m}/heron.jpg'><img id=w src='{m}/none.gif' {box}></picture>",
        Mark("#w"),
    ),
    (
        "picture-media",
        "<picture><source media='(min-width: 1px)' srcset='{m}/heron.jpg'><img id=w {box}></picture>",
        Mark("#w"),
    ),
    ("lazy-in-view", "<img id=w loading=lazy src='{m}/heron.jpg' {box}>", Mark("#w")),
    (
        "lazy-below",
        "<p style='height: 4000px'></p><img id=w loading=lazy src='{m}/heron.jpg' {box}>",
        Mark("#w"),
    ),
    (
        "lazy-by-script",
        "<img id=w data-src='{m}/heron.jpg' {box}><script>onload = () => { w.src = w.dataset.src }</script>",
        Mark("#w"),
    ),
    (
        "lazy-by-observer",
        "<p style='height: 3000px'></p><img id=w data-src='{m}/heron.jpg' {box}><script>new IntersectionObserver((e) => { if (e[0].isIntersecting) w.src = w.dataset.src }).observe(w)</script>",
        Mark("#w"),
    ),
    (
        "placeholder-first",
        "<img id=w src='data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==' {box}><script>setTimeout(() => { w.src = '{m}/heron.jpg' }, 400)</script>",
        Mark("#w"),
    ),
    (
        "figure",
        "<figure><img id=w src='{m}/heron.jpg' {box}><figcaption>A heron</figcaption></figure>",
        Mark("#w"),
    ),
    ("in-a-link", "<a href='#x'><img id=w src='{m}/heron.jpg' {box}></a>", Mark("#w")),
    ("in-a-button", "<button><img id=w src='{m}/heron.jpg' {box}></button>", Mark("#w")),
    (
        "image-map",
        "<img id=w usemap='#m' src='{m}/heron.jpg' {box}><map name=m><area shape=rect coords='0,0,99,99' href='#x'></map>",
        Mark("#w"),
    ),
    ("input-image", "<input id=w type=image src='{m}/heron.jpg' {box}>", Mark("#w")),
    ("data-address", "<img id=w src='{data}' {box}>", Mark("#w")),
    (
        "blob-address",
        "<img id=w {box}><script>fetch('heron.jpg').then((r) => r.blob()).then((b) => { w.src = URL.createObjectURL(b) })</script>",
        AnyMark("#w"),
    ),
    ("anonymous-cors", "<img id=w crossorigin src='{m}/open.jpg' {box}>", Mark("#w")),
    ("table-cell", "<table><tr><td><img id=w src='{m}/heron.jpg' {box}></table>", Mark("#w")),
    ("editable", "<div contenteditable><img id=w src='{m}/heron.jpg' {box}></div>", Mark("#w")),
    ("object-fit", "<img id=w style='object-fit: contain' src='{m}/heron.jpg' {box}>", Mark("#w")),
    (
        "lazy-and-replaced",
        "<img id=w loading=lazy srcset='{m}/plain.jpg 1x' {box}><script>setTimeout(() => { w.srcset = '{m}/heron.jpg 1x' }, 600)</script>",
        Mark("#w"),
    ),
    ("object", "<object id=w type=image/jpeg data='{m}/heron.jpg' {box}></object>", Card("#w")),
    ("embed", "<embed id=w type=image/jpeg src='{m}/heron.jpg' {box}>", Card("#w")),
    // Pictures of styles.
    ("background", "<div id=w class=box style='background: url({m}/heron.jpg)'></div>", Card("#w")),
    (
        "background-below-gradient",
        "<div id=w class=box style='background: linear-gradient(#0001, #0002), url({m}/heron.jpg)'></div>",
        Card("#w"),
    ),
    (
        "background-image-set",
        "<div id=w class=box style='background-image: image-set(url({m}/heron.jpg) 1x)'></div>",
        Card("#w"),
    ),
    (
        "background-of-a-link",
        "<a id=w class=box href='#x' style='background: url({m}/heron.jpg)'></a>",
        Card("#w"),
    ),
    (
        "background-variable",
        "<style>:root { --p: url({m}/heron.jpg) } #w { background: var(--p) }</style><div id=w class=box></div>",
        Card("#w"),
    ),
    (
        "background-before",
        "<style>#w::before { content: ''; display: block; height: 180px; background: url({m}/heron.jpg) }</style><div id=w class=box></div>",
        Card("#w"),
    ),
    (
        "content-after",
        "<style>#w::after { content: url({m}/heron.jpg) }</style><div id=w class=box style='overflow: hidden'></div>",
        Card("#w"),
    ),
    (
        "mask",
        "<div id=w class=box style='background: teal; mask-image: url({m}/open.jpg)'></div>",
        Card("#w"),
    ),
    // Drawings.
    (
        "svg-image",
        "<svg class=box viewBox='0 0 240 180'><image id=w href='{m}/heron.jpg' width=240 height=180 /></svg>",
        Mark("#w"),
    ),
    (
        "svg-xlink",
        "<svg class=box viewBox='0 0 240 180'><image id=w xlink:href='{m}/heron.jpg' width=240 height=180 /></svg>",
        Mark("#w"),
    ),
    (
        "svg-symbol",
        "<svg width=0 height=0><symbol id=s viewBox='0 0 240 180'><image href='{m}/heron.jpg' width=240 height=180 /></symbol></svg><svg id=w class=box><use href='#s' width=240 height=180 /></svg>",
        Card("#w"),
    ),
    // Moving pictures and sounds.
    ("poster", "<video id=w poster='{m}/heron.jpg' {box}></video>", Mark("#w")),
    ("audio", "<audio id=w controls src='{m}/song.mp3'></audio>", AnyMark("#w")),
    ("audio-source", "<audio id=w controls><source src='{m}/song.mp3'></audio>", AnyMark("#w")),
    ("video", "<video id=w src='{m}/film.mp4' {box}></video>", AnyMark("#w")),
    ("video-source", "<video id=w {box}><source src='{m}/film.mp4'></video>", AnyMark("#w")),
    // Frames.
    (
        "frame-of-another-host",
        "<iframe src='{m}/framed.html' {box}></iframe>",
        Framed(&["iframe"], "#w"),
    ),
    (
        "frame-srcdoc",
        "<iframe srcdoc=\"<img id=w src='{m}/heron.jpg' {box}>\" {box}></iframe>",
        Framed(&["iframe"], "#w"),
    ),
    (
        "frame-sandboxed",
        "<iframe sandbox srcdoc=\"<img id=w src='{m}/heron.jpg' {box}>\" {box}></iframe>",
        Framed(&["iframe"], "#w"),
    ),
    (
        "frame-written",
        "<iframe {box}></iframe><script>onload = () => { const i = new Image(240, 180); i.id = 'w'; i.src = '{m}/heron.jpg'; document.querySelector('iframe').contentDocument.body.append(i) }</script>",
        Framed(&["iframe"], "#w"),
    ),
    (
        "frame-in-frame",
        "<iframe srcdoc=\"<iframe src='{m}/framed.html' {box}></iframe>\" width=400 height=300></iframe>",
        Framed(&["iframe", "iframe"], "#w"),
    ),
    (
        "frame-of-a-picture",
        "<iframe src='{m}/heron.jpg' {box}></iframe>",
        Framed(&["iframe"], "img"),
    ),
    // Shadow roots.
    (
        "shadow-declared",
        "<div id=w class=box><template shadowrootmode=open><img src='{m}/heron.jpg' {box}></template></div>",
        Mark("#w"),
    ),
    (
        "shadow-declared-closed",
        "<div id=w class=box><template shadowrootmode=closed><img src='{m}/heron.jpg' {box}></template></div>",
        Mark("#w"),
    ),
    (
        "shadow-element",
        "<x-w id=w class=box></x-w><script>customElements.define('x-w', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'closed' }).append(Object.assign(new Image(240, 180), { src: '{m}/heron.jpg' })) } })</script>",
        Mark("#w"),
    ),
    (
        "shadow-in-shadow",
        "<div id=w class=box><template shadowrootmode=closed><section><template shadowrootmode=closed><img src='{m}/heron.jpg' {box}></template></section></template></div>",
        Mark("#w"),
    ),
    (
        "slotted",
        "<div class=box><template shadowrootmode=open><slot></slot></template><img id=w src='{m}/heron.jpg' {box}></div>",
        Mark("#w"),
    ),
    (
        "shadow-upgraded-late",
        "<x-late id=w class=box></x-late><script>onload = () => setTimeout(() => customElements.define('x-late', class extends HTMLElement { connectedCallback() { const i = new Image(240, 180); i.src = '{m}/heron.jpg'; const r = this.attachShadow({ mode: 'open' }); r.append(i) } }), 150)</script>",
        Mark("#w"),
    ),
    // Covered.
    (
        "click-catcher",
        "<div class=box style='position: relative'><img id=w src='{m}/heron.jpg' {box}><span style='position: absolute; inset: 0'></span></div>",
        Mark("#w"),
    ),
    (
        "link-cover",
        "<div class=box style='position: relative'><img id=w src='{m}/heron.jpg' {box}><a href='#x' style='position: absolute; inset: 0'></a></div>",
        Card("#w"),
    ),
    (
        "covered-background",
        "<div id=w class=box style='background: url({m}/heron.jpg); position: relative'><span style='position: absolute; inset: 0'></span></div>",
        Card("#w"),
    ),
    (
        "opaque-cover",
        "<img id=a src='{m}/heron.jpg?a' {box}><div class=box style='position: relative'><img id=w src='{m}/heron.jpg' {box}><span style='position: absolute; inset: 0; background: #fff'></span></div>",
        NoMark("#a", "#w"),
    ),
    // Places.
    (
        "fixed",
        "<img id=w style='position: fixed; top: 40px; left: 40px' src='{m}/heron.jpg' {box}>",
        Mark("#w"),
    ),
    (
        "sticky",
        "<div style='height: 3000px'><img id=w style='position: sticky; top: 9px' src='{m}/heron.jpg' {box}></div>",
        Mark("#w"),
    ),
    (
        "scroller",
        "<div style='height: 200px; width: 300px; overflow: auto'><p style='height: 600px'></p><img id=w src='{m}/heron.jpg' {box}></div>",
        Mark("#w"),
    ),
    (
        "transformed",
        "<img id=w style='transform: scale(.8)' src='{m}/heron.jpg' {box}>",
        Mark("#w"),
    ),
    ("zoomed", "<div style='zoom: 1.5'><img id=w src='{m}/heron.jpg' {box}></div>", Mark("#w")),
    ("right-to-left", "<html dir=rtl><img id=w src='{m}/heron.jpg' {box}>", Mark("#w")),
    (
        "vertical",
        "<div style='writing-mode: vertical-rl'><img id=w src='{m}/heron.jpg' {box}></div>",
        Mark("#w"),
    ),
    (
        "content-visibility",
        "<div style='content-visibility: auto'><img id=w src='{m}/heron.jpg' {box}></div>",
        Mark("#w"),
    ),
    (
        "modal-dialog",
        "<dialog id=d><img id=w src='{m}/heron.jpg' {box}></dialog><script>d.showModal()</script>",
        Mark("#w"),
    ),
    (
        "modal-dialog-later",
        "<dialog id=d><img id=w src='{m}/heron.jpg' {box}></dialog><script>setTimeout(() => d.showModal(), 500)</script>",
        Mark("#w"),
    ),
    (
        "popover",
        "<div id=d popover><img id=w src='{m}/heron.jpg' {box}></div><script>onload = () => d.showPopover()</script>",
        Mark("#w"),
    ),
    (
        "popover-from-a-button",
        "<button id=b popovertarget=d>Open</button><div id=d popover=manual><img id=w src='{m}/heron.jpg' {box}></div><script>setTimeout(() => b.click(), 500)</script>",
        Mark("#w"),
    ),
    (
        "details",
        "<details id=d><summary>More</summary><img id=w src='{m}/heron.jpg' {box}></details><script>setTimeout(() => { d.open = true }, 500)</script>",
        Mark("#w"),
    ),
    // Changes.
    (
        "late",
        "<script>setTimeout(() => { const i = new Image(240, 180); i.id = 'w'; i.src = '{m}/heron.jpg'; document.body.append(i) }, 300)</script><p>.</p>",
        Mark("#w"),
    ),
    (
        "replaced-address",
        "<img id=w src='{m}/plain.jpg' {box}><script>setTimeout(() => { w.src = '{m}/heron.jpg' }, 600)</script>",
        Mark("#w"),
    ),
    (
        "replaced-element",
        "<img id=old src='{m}/plain.jpg' {box}><script>setTimeout(() => { const i = new Image(240, 180); i.id = 'w'; i.src = '{m}/heron.jpg'; old.replaceWith(i) }, 600)</script>",
        Mark("#w"),
    ),
    (
        "taken-out-and-back",
        "<img id=w src='{m}/heron.jpg' {box}><script>setTimeout(() => { const k = w; k.remove(); setTimeout(() => document.body.append(k), 400) }, 600)</script>",
        Mark("#w"),
    ),
    (
        "shown-later",
        "<img id=w style='display: none' src='{m}/heron.jpg' {box}><script>setTimeout(() => { w.style.display = '' }, 500)</script>",
        Mark("#w"),
    ),
    (
        "endless-list",
        "<div id=l style='height: 3000px'></div><script>onscroll = () => { if (!document.getElementById('w')) { const i = new Image(240, 180); i.id = 'w'; i.src = '{m}/heron.jpg'; l.after(i) } }; setTimeout(() => scrollTo(0, 900), 300)</script>",
        Mark("#w"),
    ),
    (
        "one-page-site",
        "<main id=s><img src='{m}/plain.jpg' {box}></main><script>setTimeout(() => { history.pushState(0, '', '?next'); const i = new Image(240, 180); i.id = 'w'; i.src = '{m}/heron.jpg'; s.replaceChildren(i) }, 600)</script>",
        Mark("#w"),
    ),
    // What is no work, or none to be marked.
    (
        "dot",
        "<img id=a src='{m}/heron.jpg?a' {box}><img id=w src='{m}/heron.jpg' width=20 height=20>",
        NoMark("#a", "#w"),
    ),
    (
        "small-decoration",
        "<img id=a src='{m}/heron.jpg?a' {box}><img id=w role=presentation src='{m}/heron.jpg' width=64 height=64>",
        NoMark("#a", "#w"),
    ),
    (
        "clear-as-glass",
        "<img id=a src='{m}/heron.jpg?a' {box}><div style='height: 0; overflow: hidden'><img id=w src='{m}/heron.jpg' {box}></div>",
        NoMark("#a", "#w"),
    ),
    // Pages against us.
    (
        "styles-everything",
        "<style>* { all: unset !important; display: block !important; opacity: 0.99 !important; color: lime !important } img { width: 240px !important; height: 180px !important }</style><img id=w src='{m}/heron.jpg'>",
        Mark("#w"),
    ),
    (
        "throws-us-out",
        "<img id=w src='{m}/heron.jpg' {box}><script>let n = 0; const t = setInterval(() => { document.querySelectorAll('html > div').forEach((d) => d.remove()); if (++n > 8) clearInterval(t) }, 100)</script>",
        Mark("#w"),
    ),
    (
        "throws-us-out-for-ever",
        "<img id=w src='{m}/heron.jpg' {box}><script>new MutationObserver((r) => r.forEach((x) => x.addedNodes.forEach((n) => n.localName === 'div' && n.remove()))).observe(document.documentElement, { childList: true })</script>",
        Listed,
    ),
    (
        "hides-us",
        "<style>html > div { display: none !important; visibility: hidden !important; opacity: 0 !important }</style><img id=w src='{m}/heron.jpg' {box}>",
        Mark("#w"),
    ),
    (
        "rewrites-prototypes",
        "<script>for (const k of ['append', 'prepend', 'attachShadow', 'showPopover', 'hidePopover', 'closest', 'animate']) Element.prototype[k] = HTMLElement.prototype[k] = () => { throw 1 }; document.createElement = document.createTreeWalker = document.elementsFromPoint = () => { throw 2 }; IntersectionObserver = MutationObserver = ResizeObserver = requestIdleCallback = undefined</script><img id=w src='{m}/heron.jpg' {box}>",
        Mark("#w"),
    ),
    (
        "swallows-events",
        "<script>for (const t of ['pointermove', 'pointerover', 'mousemove', 'keydown', 'contextmenu', 'load']) addEventListener(t, (e) => e.stopImmediatePropagation(), true)</script><img id=w src='{m}/heron.jpg' {box}>",
        Card("#w"),
    ),
    (
        "covers-all-with-glass",
        "<img id=w src='{m}/heron.jpg' {box}><div style='position: fixed; inset: 0; z-index: 2147483647'></div>",
        Mark("#w"),
    ),
];

pub async fn every_kind_of_work_is_found(room: &Room) -> Outcome<()> {
    let (page, media) = (room.hosts.site("every.test"), room.hosts.site("others.test"));
    let picture = denied_jpeg();
    for site in [&page, &media] {
        site.put("/heron.jpg", Answer::of("image/jpeg", picture.clone()));
    }
    hang(&media, &picture);
    let data = format!(
        "data:image/jpeg,{}",
        picture.iter().map(|b| format!("%{b:02X}")).collect::<String>()
    );
    let mut wrong = Vec::new();
    let begun = Instant::now();
    let chosen = std::env::var("SAYSO_KINDS").unwrap_or_default();
    for (name, markup, seen) in KINDS.iter().filter(|kind| kind.0.contains(&chosen)) {
        // 22 November 2026: Firefox 153 runs no content script in a frame that never loads anything.
        if *name == "frame-written" && room.browser.kind == Kind::Firefox {
            continue;
        }
        let markup = markup.replace("{box}", BOX).replace("{data}", &data);
        let text = format!(
            "<!doctype html><meta charset=utf-8><title>{name}</title><link rel=icon href='data:,'>\
             <style>body {{ margin: 30px }} .box {{ display: block; width: 240px; height: 180px }}</style>{markup}"
        );
        let path = format!("/{name}");
        page.put(&path, Answer::html(text.replace("{m}", &media.origin())));
        room.browser.open(&page.url(&path)).await?;
        if let Err(why) = look(room, seen).await {
            wrong.push(format!("{name}: {why}"));
        }
        room.browser.driver.enter_default_frame().await?;
    }
    println!("{} kinds in {} s", KINDS.len(), begun.elapsed().as_secs());
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn hang(media: &Site, picture: &[u8]) {
    let plain = sayso_tests::art::draw("fern").map(|p| p.resized(300).jpeg(80)).unwrap_or_default();
    media.put("/plain.jpg", Answer::of("image/jpeg", plain));
    media.put("/moved.jpg", Answer::redirect("/heron.jpg"));
    media.put("/deep/heron.jpg", Answer::error(404));
    let open = Answer::of("image/jpeg", picture.to_vec());
    media.put("/open.jpg", open.header("access-control-allow-origin", "*"));
    let framed = format!("<!doctype html><img id=w src='/heron.jpg' {BOX}>");
    media.put("/framed.html", Answer::html(framed));
}

async fn look(room: &Room, seen: &Seen) -> Outcome<()> {
    let browser = &room.browser;
    let find = async |css: &str| {
        let there = async || Ok(browser.driver.find(By::Css(css)).await.ok());
        browser.wait_for(css, there).await
    };
    let marked = async |css: &str, tone: &str| {
        find(css).await?;
        browser.wait_for_mark(css, |m| tone.is_empty() || m.tone == tone).await.map(|_| ())
    };
    match seen {
        Mark(css) => marked(css, "stop").await,
        AnyMark(css) => marked(css, "").await,
        Card(css) => {
            let work = find(css).await?;
            browser.hover_on(&work, |c| c.tone == "stop").await.map(|_| ())
        }
        Framed(frames, css) => {
            for frame in *frames {
                find(frame).await?.enter_frame().await?;
            }
            marked(css, "stop").await
        }
        Listed => {
            let url = browser.driver.current_url().await?;
            let tab = browser.tab_number(url.as_str()).await?;
            let lines = "return document.querySelectorAll('.line .mark.tone-stop').length";
            browser
                .in_own_page(&format!("popup.html?tab={tab}"), async |own| {
                    own.wait_for(
                        "the line",
                        async || Ok((own.run(lines).await? == 1).then_some(())),
                    )
                    .await
                })
                .await
        }
        NoMark(with, without) => {
            marked(with, "stop").await?;
            match browser.mark_on(&find(without).await?).await? {
                Some(mark) => Err(format!("it has {mark:?}").into()),
                None => Ok(()),
            }
        }
    }
}
