//! x
fn main() {
    let only: Vec<String> = std::env::args().skip(1).collect();
    for p in sayso_tests::art::PORTFOLIO {
        if only.is_empty() || only.iter().any(|o| o == p.name) {
            let t = std::time::Instant::now();
            let pic = (p.draw)();
            println!("{} {:?}", p.name, t.elapsed());
            std::fs::write(format!("/tmp/w/art-{}.png", p.name), pic.resized(pic.width * 3 / 4).png()).unwrap();
        }
    }
}
