//! Playlists: which pieces of a sound to fetch, and how to make one sound of them.
//!
//! M3U8 is RFC 8216 (<https://www.rfc-editor.org/rfc/rfc8216>), MPD is ISO/IEC 23009-1 (DASH).
//! Of several voices the first one is taken, of several qualities the smallest, of all pieces
//! those of the first [`SECONDS`]. Left out: every period but the first, live windows that move
//! on, multiplexed DASH. What is encrypted is left alone, whoever could have the key.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use sayso_core::vocabulary::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::ts;

/// Seconds of a sound that are fetched piece by piece: what AcoustID takes.
pub const SECONDS: f64 = 120.0;
/// Pieces fetched of one sound.
const PIECES: usize = 128;
/// Lines or elements read of one playlist.
const LINES: usize = 20_000;
/// Depth of elements.
const DEPTH: usize = 16;

/// What to do next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Plan {
    /// Another playlist that is to be read instead.
    pub follow: Option<String>,
    /// Addresses that those of the pieces are relative to, each to the one before it.
    pub bases: Vec<String>,
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
    /// Why there are none, or not all.
    pub problem: Option<Problem>,
}

/// A file, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Piece {
    /// Its address as it is written.
    pub uri: String,
    /// The value of a `Range` header; empty for the whole file.
    pub range: String,
}

/// Reads a playlist; `None` when it is none.
pub fn plan(bytes: &[u8]) -> Option<Plan> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("#EXTM3U") {
        return Some(m3u8(text));
    }
    text.starts_with('<').then(|| mpd(text)).flatten()
}

/// Makes one sound of pieces: that of MPEG-TS is taken out of its packets, what is stamped
/// with an ID3 tag loses it, everything else is already made to be joined.
pub fn join(pieces: &[&[u8]]) -> Result<Vec<u8>, Problem> {
    if !pieces.first().is_some_and(|first| ts::is(first)) {
        return Ok(pieces
            .iter()
            .flat_map(|p| p.get(crate::decode::tags_end(p)..))
            .flatten()
            .copied()
            .collect());
    }
    let mut stream = ts::Stream::default();
    pieces.iter().for_each(|piece| stream.feed(piece));
    stream.sound()
}

/// What is said of pieces on another host: the page may never have been there.
pub fn elsewhere(address: &str) -> Problem {
    let host = address.split('/').nth(2).unwrap_or(address);
    let message = format!("the pieces lie on another host ({host}) and were not fetched");
    Problem::new(ProblemCode::Unsupported, PLACE, message)
}

/// What is said of a playlist that leads on and on, or to more than is read.
pub fn too_much() -> Problem {
    Problem::new(ProblemCode::OverLimit, PLACE, "the pieces are more than is read")
}

fn protected() -> Plan {
    let message = "the pieces are encrypted and are left alone";
    Plan {
        problem: Some(Problem::new(ProblemCode::Unsupported, PLACE, message)),
        ..Plan::default()
    }
}

fn nothing(message: &str) -> Plan {
    let problem = Some(Problem::new(ProblemCode::Unsupported, PLACE, message));
    Plan { problem, ..Plan::default() }
}

fn first_part(more: bool) -> Option<Problem> {
    let message = format!("only the first {SECONDS} seconds of the stream were fetched");
    more.then(|| Problem::new(ProblemCode::OverLimit, PLACE, message))
}

const PLACE: &str = "playlist";

// ---- M3U8 ----

fn m3u8(text: &str) -> Plan {
    let mut voice: Option<(bool, String)> = None;
    let mut stream: Option<(u64, String)> = None;
    let mut bandwidth: Option<u64> = None;
    let mut pieces = Vec::new();
    let (mut seconds, mut length, mut range, mut range_end) = (0.0, 0.0, None, 0_u64);
    let mut more = false;
    for line in text.lines().take(LINES).map(str::trim) {
        let (tag, value) = line.split_once(':').unwrap_or((line, ""));
        match tag {
            "#EXT-X-KEY" | "#EXT-X-SESSION-KEY" => {
                if attributes(value).get("METHOD").is_none_or(|method| *method != "NONE") {
                    return protected();
                }
            }
            "#EXT-X-MEDIA" => {
                let attributes = attributes(value);
                let is = |name: &str, value: &str| attributes.get(name) == Some(&value);
                let default = is("DEFAULT", "YES");
                let better = voice.as_ref().is_none_or(|(best, _)| default && !best);
                if let Some(uri) = attributes.get("URI").filter(|_| is("TYPE", "AUDIO") && better) {
                    voice = Some((default, uri.to_string()));
                }
            }
            "#EXT-X-STREAM-INF" => {
                let rate = attributes(value).get("BANDWIDTH").and_then(|n| n.parse().ok());
                bandwidth = Some(rate.unwrap_or(u64::MAX));
            }
            "#EXT-X-MAP" => {
                let attributes = attributes(value);
                let part = attributes.get("BYTERANGE").and_then(|r| byte_range(r, 0));
                if let Some(uri) = attributes.get("URI") {
                    let range = part.map_or(String::new(), header);
                    pieces.push(Piece { uri: uri.to_string(), range });
                }
            }
            "#EXTINF" => {
                let number = value.split(',').next().unwrap_or_default().trim();
                length = number.parse().ok().filter(|n: &f64| n.is_finite()).unwrap_or(0.0);
            }
            "#EXT-X-BYTERANGE" => range = byte_range(value, range_end),
            _ if line.is_empty() || line.starts_with('#') => {}
            _ => {
                if let Some(rate) = bandwidth.take() {
                    if stream.as_ref().is_none_or(|(least, _)| rate < *least) {
                        stream = Some((rate, line.to_string()));
                    }
                    continue;
                }
                if seconds >= SECONDS || pieces.len() >= PIECES {
                    more = true;
                    break;
                }
                range_end = range.map_or(0, |(_, end)| end);
                let range = range.take().map_or(String::new(), header);
                pieces.push(Piece { uri: line.to_string(), range });
                seconds += std::mem::take(&mut length);
            }
        }
    }
    if let Some(follow) = voice.map(|(_, uri)| uri).or(stream.map(|(_, uri)| uri)) {
        return Plan { follow: Some(follow), ..Plan::default() };
    }
    if pieces.is_empty() {
        return nothing("the playlist names no piece");
    }
    Plan { pieces, problem: first_part(more), ..Plan::default() }
}

/// `NAME=value,NAME="value, with commas"` (RFC 8216, 4.2).
fn attributes(list: &str) -> BTreeMap<&str, &str> {
    let mut found = BTreeMap::new();
    let mut rest = list;
    while let Some((name, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.insert(name.trim(), value);
        rest = next.trim_start_matches(',');
    }
    found
}

/// `length[@start]`; without a start it follows the part before it (RFC 8216, 4.3.2.2).
fn byte_range(text: &str, before: u64) -> Option<(u64, u64)> {
    let (length, start) = match text.split_once('@') {
        Some((length, start)) => (length, start.trim().parse().ok()?),
        None => (text, before),
    };
    let length: u64 = length.trim().parse().ok()?;
    (length > 0).then_some((start, start.checked_add(length)?))
}

/// From the first byte up to the one before the end (RFC 9110, 14.1.2).
fn header((start, end): (u64, u64)) -> String {
    format!("bytes={start}-{}", end.saturating_sub(1))
}

// ---- MPD ----

/// An element with what is needed of it.
#[derive(Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Element {
        let name = start.local_name().as_ref().to_string();
        let attributes = start.attributes().flatten().take(64).map(|attribute| {
            let name: &str = attribute.key.as_ref();
            let key = name.rsplit(':').next().unwrap_or(name).to_string();
            let raw = attribute.value.to_string();
            let value = quick_xml::escape::unescape(&raw).map(|v| v.into_owned());
            (key, value.unwrap_or(raw))
        });
        Element { name, attributes: attributes.collect(), ..Element::default() }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// The whole document as a tree of bounded size; what breaks off is kept as far as it goes.
fn tree(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    for _ in 0..LINES {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if open.len() > DEPTH {
                    return None;
                }
                open.push(Element::of(&start));
            }
            Ok(Event::Empty(start)) => open.last_mut()?.children.push(Element::of(&start)),
            Ok(Event::Text(words)) => open.last_mut()?.text.push_str(words.trim()),
            // An address with `&amp;` comes in three parts.
            Ok(Event::GeneralRef(reference)) => {
                let name: &str = &reference;
                open.last_mut()?.text.push(if name == "amp" { '&' } else { return None });
            }
            Ok(Event::End(_)) if open.len() > 1 => {
                let closed = open.pop()?;
                open.last_mut()?.children.push(closed);
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while open.len() > 1 {
        let closed = open.pop()?;
        open.last_mut()?.children.push(closed);
    }
    open.pop()
}

fn mpd(text: &str) -> Option<Plan> {
    let document = tree(text)?;
    let mpd = document.first("MPD")?;
    let Some(period) = mpd.first("Period") else {
        return Some(nothing("the playlist has no period"));
    };
    let kind = |it: &Element| it.get("contentType").or(it.get("mimeType")).map(str::to_string);
    let sounds = |set: &&Element| {
        let said = kind(set).or_else(|| set.first("Representation").and_then(kind));
        said.is_some_and(|said| said.starts_with("audio"))
    };
    let Some(set) = period.all("AdaptationSet").find(sounds) else {
        return Some(nothing("the playlist names no sound"));
    };
    let rate = |it: &&Element| it.number("bandwidth").unwrap_or(u64::MAX);
    let Some(voice) = set.all("Representation").min_by_key(rate) else {
        return Some(nothing("the playlist names no sound"));
    };
    if set.first("ContentProtection").or(voice.first("ContentProtection")).is_some() {
        return Some(protected());
    }
    let around = [mpd, period, set, voice];
    let bases: Vec<String> = around
        .iter()
        .filter_map(|it| it.first("BaseURL"))
        .map(|base| base.text.clone())
        .filter(|base| !base.is_empty())
        .collect();
    let (pieces, more) = if around.iter().any(|it| it.first("SegmentTemplate").is_some()) {
        template(&around, voice, total(mpd, period))
    } else if let Some(list) = around.iter().rev().find_map(|it| it.first("SegmentList")) {
        listed(list)
    } else if bases.is_empty() {
        (Vec::new(), false)
    } else {
        // One file, of which the limits take what they take.
        (vec![Piece { uri: String::new(), range: String::new() }], false)
    };
    if pieces.is_empty() {
        return Some(nothing("the playlist names no piece"));
    }
    Some(Plan { follow: None, bases, pieces, problem: first_part(more) })
}

/// Seconds of the period, where the document says so.
fn total(mpd: &Element, period: &Element) -> Option<f64> {
    let said = period.get("duration").or(mpd.get("mediaPresentationDuration"))?;
    seconds(said)
}

/// `PT1H2M3.5S` in seconds (ISO 8601); years and months are no lengths of a sound.
fn seconds(duration: &str) -> Option<f64> {
    let (days, clock) = duration.strip_prefix('P')?.split_once('T')?;
    let mut sum = match days.strip_suffix('D') {
        Some(days) => days.parse::<f64>().ok()? * 86_400.0,
        None => 0.0,
    };
    let mut rest = clock;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let (number, after) = rest.split_at_checked(at)?;
        let (unit, after) = after.split_at_checked(1)?;
        let factor = match unit {
            "H" => 3_600.0,
            "M" => 60.0,
            _ => 1.0,
        };
        sum += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    sum.is_finite().then_some(sum)
}

/// Pieces whose addresses are made by counting (23009-1, 5.3.9.4).
fn template(around: &[&Element], voice: &Element, total: Option<f64>) -> (Vec<Piece>, bool) {
    let templates: Vec<&Element> =
        around.iter().rev().filter_map(|it| it.first("SegmentTemplate")).collect();
    let get = |name: &str| templates.iter().find_map(|it| it.get(name));
    let number = |name: &str| templates.iter().find_map(|it| it.number(name));
    let Some(media) = get("media") else { return (Vec::new(), false) };
    let scale = number("timescale").filter(|n| *n > 0).unwrap_or(1) as f64;
    let first = number("startNumber").unwrap_or(1);
    let mut pieces = Vec::new();
    let piece = |pattern: &str, count: u64, time: u64| Piece {
        uri: filled(pattern, voice, count, time),
        range: String::new(),
    };
    if let Some(pattern) = get("initialization") {
        pieces.push(piece(pattern, 0, 0));
    }
    let mut heard = 0.0;
    let mut count = first;
    let timeline = templates.iter().find_map(|it| it.first("SegmentTimeline"));
    let Some(timeline) = timeline else {
        let each = number("duration").unwrap_or(0) as f64 / scale;
        let total = total.unwrap_or(SECONDS);
        while each > 0.0 && heard < total && heard < SECONDS && pieces.len() < PIECES {
            pieces.push(piece(
                media,
                count,
                (count - first).saturating_mul(number("duration").unwrap_or(0)),
            ));
            heard += each;
            count = count.saturating_add(1);
        }
        return (pieces, heard < total);
    };
    let mut time = 0_u64;
    for entry in timeline.all("S") {
        time = entry.number("t").unwrap_or(time);
        let length = entry.number("d").unwrap_or(0);
        // -1 means up to the end: as many as are taken at all.
        let repeats = match entry.get("r") {
            Some(r) => r.parse::<u64>().unwrap_or(PIECES as u64),
            None => 0,
        };
        for _ in 0..=repeats {
            if heard >= SECONDS || pieces.len() >= PIECES {
                return (pieces, true);
            }
            pieces.push(piece(media, count, time));
            heard += length as f64 / scale;
            count = count.saturating_add(1);
            time = time.saturating_add(length);
        }
    }
    (pieces, false)
}

/// `$Number%05d$` and its like (23009-1, table 16).
fn filled(pattern: &str, voice: &Element, count: u64, time: u64) -> String {
    let mut out = String::new();
    // Between every second pair of dollars stands a name; two of them are one dollar.
    for (place, part) in pattern.split('$').enumerate() {
        if place % 2 == 0 {
            out.push_str(part);
            continue;
        }
        let (name, format) = part.split_once('%').unwrap_or((part, ""));
        let width = format.trim_end_matches('d').trim_start_matches('0');
        let width = width.parse::<usize>().unwrap_or(0).min(20);
        match name {
            "" => out.push('$'),
            "RepresentationID" => out.push_str(voice.get("id").unwrap_or_default()),
            "Number" => out.push_str(&format!("{count:0width$}")),
            "Time" => out.push_str(&format!("{time:0width$}")),
            "Bandwidth" => {
                let rate = voice.number("bandwidth").unwrap_or(0);
                out.push_str(&format!("{rate:0width$}"));
            }
            _ => {}
        }
    }
    out
}

/// Pieces that stand in a list (23009-1, 5.3.9.3).
fn listed(list: &Element) -> (Vec<Piece>, bool) {
    let piece = |uri: Option<&str>, range: Option<&str>| Piece {
        uri: uri.unwrap_or_default().to_string(),
        range: range.map(|range| format!("bytes={range}")).unwrap_or_default(),
    };
    let mut pieces = Vec::new();
    if let Some(start) = list.first("Initialization") {
        pieces.push(piece(start.get("sourceURL"), start.get("range")));
    }
    let scale = list.number("timescale").filter(|n| *n > 0).unwrap_or(1) as f64;
    let each = list.number("duration").unwrap_or(0) as f64 / scale;
    let mut heard = 0.0;
    for it in list.all("SegmentURL") {
        if heard >= SECONDS || pieces.len() >= PIECES {
            return (pieces, true);
        }
        pieces.push(piece(it.get("media"), it.get("mediaRange")));
        heard += each;
    }
    (pieces, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uris(plan: &Plan) -> Vec<&str> {
        plan.pieces.iter().map(|p| p.uri.as_str()).collect()
    }

    #[test]
    fn of_a_list_of_streams_the_voice_is_followed_and_else_the_smallest() {
        let streams = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900,CODECS=\"mp4a.40.2,avc1\"\nbig.m3u8\n\
                       #EXT-X-STREAM-INF:BANDWIDTH=200\nsmall.m3u8\n";
        assert_eq!(plan(streams.as_bytes()).unwrap().follow.unwrap(), "small.m3u8");
        let voices = format!(
            "{streams}#EXT-X-MEDIA:TYPE=SUBTITLES,URI=\"s.m3u8\"\n\
             #EXT-X-MEDIA:TYPE=AUDIO,URI=\"en.m3u8\"\n#EXT-X-MEDIA:TYPE=AUDIO,DEFAULT=YES,URI=\"de.m3u8\"\n"
        );
        assert_eq!(plan(voices.as_bytes()).unwrap().follow.unwrap(), "de.m3u8");
    }

    #[test]
    fn pieces_of_two_minutes_are_named_with_what_begins_them() {
        let mut list =
            "\u{feff}#EXTM3U\r\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"100@0\"\r\n".to_string();
        for n in 0..20 {
            list += &format!("#EXTINF:10.0,\r\n{n}.m4s\r\n");
        }
        let found = plan(list.as_bytes()).unwrap();
        assert_eq!(found.pieces.len(), 13);
        assert_eq!(found.pieces[0].range, "bytes=0-99");
        assert_eq!(found.pieces[12].uri, "11.m4s");
        assert_eq!(found.problem.unwrap().code, ProblemCode::OverLimit);
    }

    #[test]
    fn a_part_without_a_start_follows_the_one_before() {
        let list = "#EXTM3U\n#EXTINF:4\n#EXT-X-BYTERANGE:10@5\na.ts\n#EXTINF:4\n#EXT-X-BYTERANGE:7\na.ts\n";
        let ranges: Vec<String> =
            plan(list.as_bytes()).unwrap().pieces.into_iter().map(|p| p.range).collect();
        assert_eq!(ranges, ["bytes=5-14", "bytes=15-21"]);
    }

    #[test]
    fn what_is_encrypted_is_left_alone() {
        for list in [
            "#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\"\n#EXTINF:4\na.ts\n",
            "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:4\na.ts\n",
            "<MPD><Period><AdaptationSet contentType='audio'><ContentProtection/><SegmentTemplate media='a'/>\
             <Representation/></AdaptationSet></Period></MPD>",
        ] {
            let found = plan(list.as_bytes()).unwrap();
            assert!(found.pieces.is_empty() && found.follow.is_none(), "{list}");
            assert!(found.problem.unwrap().message.contains("encrypted"));
        }
        let open = "#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4\na.ts\n";
        assert_eq!(uris(&plan(open.as_bytes()).unwrap()), ["a.ts"]);
    }

    #[test]
    fn a_template_counts_pieces_of_the_smallest_voice() {
        let text = "<?xml version='1.0'?><MPD mediaPresentationDuration='PT0M9.5S'><BaseURL>a/</BaseURL><Period>\
            <AdaptationSet mimeType='video/mp4'><Representation id='v'/></AdaptationSet>\
            <AdaptationSet contentType='audio'><SegmentTemplate timescale='1000' duration='4000' startNumber='7'\
            initialization='$RepresentationID$/i.mp4' media='$RepresentationID$/$Number%03d$.m4s?a&amp;b'/>\
            <Representation id='hi' bandwidth='9'/><Representation id='lo' bandwidth='5'><BaseURL>b/?x&amp;y</BaseURL>\
            </Representation></AdaptationSet></Period></MPD>";
        let found = plan(text.as_bytes()).unwrap();
        assert_eq!(found.bases, ["a/", "b/?x&y"]);
        assert_eq!(
            uris(&found),
            ["lo/i.mp4", "lo/007.m4s?a&b", "lo/008.m4s?a&b", "lo/009.m4s?a&b"]
        );
        assert_eq!(found.problem, None);
    }

    #[test]
    fn a_timeline_names_pieces_by_their_time() {
        let text = "<MPD><Period><AdaptationSet><SegmentTemplate timescale='10' media='$Time$.m4s'>\
            <SegmentTimeline><S t='5' d='20' r='2'/><S d='30'/></SegmentTimeline></SegmentTemplate>\
            <Representation mimeType='audio/mp4'/></AdaptationSet></Period></MPD>";
        let found = plan(text.as_bytes()).unwrap();
        assert_eq!(uris(&found), ["5.m4s", "25.m4s", "45.m4s", "65.m4s"]);
    }

    #[test]
    fn nonsense_is_no_playlist_or_says_that_it_names_nothing() {
        for none in ["", "hello", "<html></html>", "ID3", "<<<<"] {
            assert!(plan(none.as_bytes()).is_none(), "{none}");
        }
        for empty in [
            "#EXTM3U",
            "<MPD/>",
            "<MPD><Period/></MPD>",
            "<MPD><Period><AdaptationSet mimeType='audio/x'>",
        ] {
            assert!(plan(empty.as_bytes()).unwrap().problem.is_some(), "{empty}");
        }
        let endless = "<MPD><Period><AdaptationSet mimeType='audio/x'><SegmentTemplate media='$Number$'><SegmentTimeline>\
            <S d='0' r='18446744073709551615'/></SegmentTimeline></SegmentTemplate><Representation/></AdaptationSet></Period></MPD>";
        assert_eq!(plan(endless.as_bytes()).unwrap().pieces.len(), PIECES);
        assert!(tree(&"<a>".repeat(100)).is_none());
    }

    #[test]
    fn durations_are_read_as_they_are_written() {
        assert_eq!(seconds("PT1H2M3.5S"), Some(3_723.5));
        assert_eq!(seconds("P1DT0S"), Some(86_400.0));
        assert_eq!((seconds("1S"), seconds("PTxS")), (None, None));
    }

    #[test]
    fn pieces_lose_the_tag_that_stamps_them() {
        let piece = [b"ID3\x04\0\0\0\0\0\x02ab".as_slice(), b"sound"].concat();
        assert_eq!(join(&[&piece, &piece]).unwrap(), b"soundsound");
        assert_eq!(join(&[]).unwrap(), b"");
    }
}
