//! What a page with a thousand works costs the broker.

use criterion::{Criterion, criterion_group, criterion_main};
use sayso_core::engine::Engine;
use sayso_core::message::{FetchJob, Frame, PageEvent, Purpose, ReadJob, ShellEvent};
use sayso_core::page::{PageFacts, WorkFacts, WorkKind};
use sayso_core::reading::{Delivery, Reading};
use sayso_core::registry::Response;

const NOW: u64 = 1_800_000_000_000;
const FRAME: Frame = Frame { tab: 1, frame: 0, private: false };

fn works() -> Vec<WorkFacts> {
    (1..=1_000)
        .map(|id| WorkFacts {
            id,
            kind: WorkKind::Image,
            url: format!("https://media.example/{id}.jpg"),
            name: format!("Work {id}"),
            width: 200,
            height: 200,
            visible: true,
            links: Vec::new(),
        })
        .collect()
}

fn opened() -> Engine {
    let mut engine = Engine::wake(Vec::new(), NOW);
    let page = PageFacts { url: "https://page.example/".into(), ..PageFacts::default() };
    engine.page(FRAME, PageEvent::Arrived { page, fresh: true }, NOW);
    engine
}

fn read_all(engine: &mut Engine) {
    for work in works() {
        let delivery = Delivery { url: work.url.clone(), status: 200, ..Delivery::default() };
        let reading = Box::new(Reading { delivery, ..Reading::default() });
        let job = ReadJob { url: work.url, private: false };
        engine.shell(ShellEvent::Read { job, reading }, NOW);
    }
}

fn thousand(c: &mut Criterion) {
    let mut group = c.benchmark_group("page of 1,000 works");
    group.sample_size(10);
    group.bench_function("seen", |b| {
        b.iter_with_setup(opened, |mut engine| {
            for batch in works().chunks(100) {
                engine.page(FRAME, PageEvent::Seen { works: batch.to_vec() }, NOW);
            }
        });
    });
    group.bench_function("every file read", |b| {
        let ready = || {
            let mut engine = opened();
            engine.page(FRAME, PageEvent::Seen { works: works() }, NOW);
            engine
        };
        b.iter_with_setup(ready, |mut engine| read_all(&mut engine));
    });
    group.bench_function("robots.txt of 64 KiB arrives", |b| {
        let robots: String = (0..2_000).map(|n| format!("Disallow: /private/{n:016}\n")).collect();
        let robots = format!("User-agent: *\nContent-Usage: train-ai=n\n{robots}");
        let ready = || {
            let mut engine = opened();
            engine.page(FRAME, PageEvent::Seen { works: works() }, NOW);
            engine
        };
        b.iter_with_setup(ready, |mut engine| {
            let purpose = Purpose::Robots { origin: "https://media.example".into() };
            let job = FetchJob { purpose, private: false };
            let response = Response { status: 200, body: robots.clone(), ..Response::default() };
            engine.shell(ShellEvent::Fetched { job, response }, NOW)
        });
    });
    group.finish();
}

criterion_group!(benches, thousand);
criterion_main!(benches);
