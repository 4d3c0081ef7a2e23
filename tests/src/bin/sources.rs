//! Prints the tables of `README.md`: what is read, and who can be asked.
//!
//! They are made from the lists in the core, so that a source that is added there
//! cannot be forgotten here. `cargo xtask bless` puts them between their marks.

use sayso_core::registry::{Privacy, REGISTRIES};
use sayso_core::signal::{IN_RECORDS, SIGNALS, Source};

fn main() {
    println!("<!-- signals:begin -->");
    println!("| statement | id | read from | speaks about |");
    println!("|---|---|---|---|");
    for signal in SIGNALS {
        println!(
            "| [{}]({}) | `{}` | {} | {} |",
            signal.title,
            signal.spec,
            signal.id,
            place(signal.source),
            signal.scope.token()
        );
    }
    let records: Vec<String> = IN_RECORDS.iter().map(|id| format!("`{id}`")).collect();
    println!(
        "\nRead from records that are handed over (`sayso check --declarations`), otherwise shown \
         as \"not checked\": {}.",
        records.join(", ")
    );
    println!("<!-- signals:end -->");
    println!("<!-- registries:begin -->");
    println!("| registry | id | what asking it can tell others |");
    println!("|---|---|---|");
    for registry in REGISTRIES {
        let told: Vec<&str> = registry.privacy.iter().map(|privacy| telling(*privacy)).collect();
        println!(
            "| [{}]({}) | `{}` | {} |",
            registry.title,
            registry.about,
            registry.id,
            told.join("; ")
        );
    }
    println!("<!-- registries:end -->");
}

fn place(source: Source) -> &'static str {
    match source {
        Source::Bytes => "the file",
        Source::Xmp => "XMP in the file",
        Source::Manifest => "the C2PA manifest in the file",
        Source::Headers => "the response headers",
        Source::PageAndHeaders => "the page and the response headers",
        Source::Page => "the page",
        Source::Robots => "`robots.txt`",
        Source::TdmrepFile => "`/.well-known/tdmrep.json`",
        Source::AiTxt => "`/ai.txt`",
        Source::TrustTxt => "`/trust.txt`",
        Source::Documents => "licences that site, response or page name",
    }
}

fn telling(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Nothing => "nothing",
        Privacy::SameHost => "a question to the host that served the work",
        Privacy::Shard => "the name of a shard that many works share",
        Privacy::Record => "the identifier of a record that another registry named",
        Privacy::Hash => "the fingerprint or hash of the work",
        Privacy::Address => "the address of the work",
        Privacy::Media => "the work itself",
    }
}
