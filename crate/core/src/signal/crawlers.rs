//! The crawlers that `robots.rs` counts, by what blocking them means. Data only.
//!
//! After the list of <https://github.com/ai-robots-txt/ai.robots.txt> as of August 2026; the
//! classes are ours. `Google-Extended` and `Applebot-Extended` are tokens without a crawler:
//! to refuse them refuses training while search goes on. Left out: crawlers of which the
//! list does not say what their harvest is for. A test compares every token with the list.

use crate::vocabulary::Use;

/// When the list was last compared with its source.
pub const AS_OF: &str = "2026-08";

/// One class of crawlers, what blocking it means, and how it is called.
pub const CLASSES: [(&[&str], &[Use], &str); 3] = [
    (&TRAINING, &[Use::TrainNongen, Use::TrainGen], "AI-training crawlers"),
    (&AI_SEARCH, &[Use::AiInput, Use::AiIndex], "AI-search crawlers"),
    (&USER_FETCH, &[Use::AiInput, Use::AiIndex], "AI assistants' fetchers"),
];

/// Crawlers and control tokens that collect for training.
pub const TRAINING: [&str; 19] = [
    "GPTBot",
    "ClaudeBot",
    "anthropic-ai",
    "Google-Extended",
    "Applebot-Extended",
    "CCBot",
    "Bytespider",
    "meta-externalagent",
    "FacebookBot",
    "Amazonbot",
    "cohere-training-data-crawler",
    "AI2Bot",
    "DeepSeekBot",
    "PanguBot",
    "TikTokSpider",
    "img2dataset",
    "LAIONDownloader",
    "Timpibot",
    "Diffbot",
];

/// Crawlers that build the index of an AI search.
pub const AI_SEARCH: [&str; 6] = [
    "OAI-SearchBot",
    "Claude-SearchBot",
    "PerplexityBot",
    "Amzn-SearchBot",
    "meta-webindexer",
    "YouBot",
];

/// Fetchers that act when a person asks an assistant.
pub const USER_FETCH: [&str; 6] = [
    "ChatGPT-User",
    "Claude-User",
    "Perplexity-User",
    "MistralAI-User",
    "meta-externalfetcher",
    "DuckAssistBot",
];
