//! Platforms that take notices by a form of their own: the dated list beside this file.

use std::sync::LazyLock;

/// One platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// As it calls itself.
    pub name: &'static str,
    /// Where its form lies.
    pub form: &'static str,
    /// The day on which public documents named that address, `2026-11-22`.
    pub seen_on: &'static str,
    domains: &'static str,
}

/// The platform that serves a host, if it is on the list.
pub fn platform(host: &str) -> Option<Platform> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let serves = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    ALL.iter().find(|platform| platform.domains.split(' ').any(serves)).copied()
}

static ALL: LazyLock<Vec<Platform>> = LazyLock::new(|| {
    let lines = include_str!("platforms.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(read_line).collect()
});

fn read_line(line: &'static str) -> Option<Platform> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().filter(|field| !field.is_empty());
    Some(Platform { domains: next()?, name: next()?, form: next()?, seen_on: next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_whole_and_dated() {
        let lines = include_str!("platforms.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(ALL.len(), lines.count());
        for platform in ALL.iter() {
            assert!(platform.form.starts_with("https://"), "{platform:?}");
            assert!(platform.seen_on.starts_with("20") && platform.seen_on.len() == 10);
        }
    }

    #[test]
    fn a_host_belongs_to_its_platform_and_a_lookalike_does_not() {
        assert_eq!(platform("I.Pinimg.com.").map(|p| p.name), Some("Pinterest"));
        assert_eq!(platform("x.com").map(|p| p.name), Some("X"));
        for stranger in ["netflix.com", "pinimg.com.evil.example", "notx.com", ""] {
            assert_eq!(platform(stranger), None, "{stranger}");
        }
    }
}
