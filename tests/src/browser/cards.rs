//! The overlay as the reader sees it: marks on works, and the open card.

use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::{Browser, Outcome};

/// The key under which WebDriver passes shadow roots (WebDriver 2, 12.2).
const SHADOW: &str = "shadow-6066-11e4-a52e-4f735466cecf";
/// The key under which it passes elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A mark that is shown.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Mark {
    /// The number of its work.
    pub work: String,
    /// `stop`, `care`, `go`, `calm` or `dim`.
    pub tone: String,
    /// What screen readers say.
    pub label: String,
    /// Left edge in the viewport.
    pub x: f64,
    /// Top edge in the viewport.
    pub y: f64,
}

/// The card that is open.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Card {
    /// The number of its work.
    pub work: String,
    /// The tone of its mark.
    pub tone: String,
    /// The one sentence.
    pub headline: String,
    /// The whole text, folded parts too, line by line.
    pub text: String,
    /// The words on its buttons.
    pub buttons: Vec<String>,
    /// The acts of its buttons.
    pub acts: Vec<String>,
}

const MARKS: &str = "return [...arguments[0].querySelectorAll('button.mark.seen')].map((b) => {\
    const r = b.getBoundingClientRect();\
    return { work: b.dataset.work, tone: b.dataset.tone, label: b.getAttribute('aria-label') ?? '', x: r.x, y: r.y }; });";

const CARD: &str = "const c = arguments[0].querySelector('section.card');\
    if (!c || !c.matches(':popover-open')) return null;\
    const lines = [];\
    const words = (n) => n.textContent.replace(/\\s+/g, ' ').trim();\
    for (const n of c.querySelectorAll('h2, .name, h3, .line, .proof p, .proof code, footer button, footer p')) {\
      const gap = n.matches('.line') ? [...n.querySelectorAll('.label, .value')].map(words).join(': ') : words(n);\
      const deep = n.matches('h2') ? '' : n.matches('h3') ? '\\n' : n.closest('.proof') ? '      ' : n.closest('footer') ? (n.matches('p') ? '      ' : '  > ') : '  ';\
      lines.push(deep + gap);\
    }\
    return { work: c.dataset.work ?? '', tone: c.dataset.tone ?? '', headline: words(c.querySelector('h2')), text: lines.join('\\n'),\
      buttons: [...c.querySelectorAll('[data-act]')].map(words), acts: [...c.querySelectorAll('[data-act]')].map((b) => b.dataset.act) };";

impl Browser {
    /// Every closed shadow root directly under the document or in a dialog: ours are among them.
    async fn overlay_roots(&self) -> Outcome<Vec<Value>> {
        let hosts =
            self.driver.find_all(By::Css("html > div, dialog > div, [popover] > div")).await?;
        let mut roots = Vec::new();
        for host in hosts {
            let path = format!("element/{}/shadow", host.element_id());
            // A host without a root, or one that has just gone, is not ours.
            if let Ok(root) = self.command(Method::GET, &path, None).await {
                roots.push(root);
            }
        }
        Ok(roots)
    }

    /// Every mark that is seen now, in reading order.
    pub async fn marks(&self) -> Outcome<Vec<Mark>> {
        let mut all = Vec::new();
        for root in self.overlay_roots().await? {
            let found = self.run_with(MARKS, vec![root]).await?;
            all.extend(serde_json::from_value::<Vec<Mark>>(found)?);
        }
        Ok(all)
    }

    /// Where an element is in the viewport: left, top, width, height.
    async fn place(&self, element: &WebElement) -> Outcome<[f64; 4]> {
        let script =
            "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y, r.width, r.height];";
        Ok(serde_json::from_value(self.run_with(script, vec![element.to_json()?]).await?)?)
    }

    /// The mark on an element, when it has one: the one nearest to its upper left corner.
    /// On a sound it stands a little outside.
    pub async fn mark_on(&self, element: &WebElement) -> Outcome<Option<Mark>> {
        let [x, y, width, height] = self.place(element).await?;
        let (left, top) = (x.max(0.0), y.max(0.0));
        let mut all = self.marks().await?;
        all.retain(|m| {
            m.x >= left - 12.0 && m.y >= top - 12.0 && m.x < x + width && m.y < y + height
        });
        all.sort_by(|a, b| (a.x - left).hypot(a.y - top).total_cmp(&(b.x - left).hypot(b.y - top)));
        Ok(all.into_iter().next())
    }

    /// Brings an element into view and waits for a mark on it of which this is true.
    pub async fn wait_for_mark(&self, css: &str, fits: impl Fn(&Mark) -> bool) -> Outcome<Mark> {
        let element = self.driver.find(By::Css(css)).await?;
        self.wait_for_mark_on(&element, css, fits).await
    }

    /// The same for an element that was found already.
    pub async fn wait_for_mark_on(
        &self,
        element: &WebElement,
        name: &str,
        fits: impl Fn(&Mark) -> bool,
    ) -> Outcome<Mark> {
        self.reveal(element).await?;
        let mut last = None;
        let found = self
            .wait_for(&format!("a fitting mark on {name}"), async || {
                last = self.mark_on(element).await?;
                Ok(last.clone().filter(|m| fits(m)))
            })
            .await;
        found.map_err(|why| format!("{why}; there was {last:?}").into())
    }

    /// Scrolls an element to the middle of the window, without animation.
    pub async fn reveal(&self, element: &WebElement) -> Outcome<()> {
        let script = "arguments[0].scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });";
        self.run_with(script, vec![element.to_json()?]).await.map(|_| ())
    }

    /// The card that is open now.
    pub async fn card(&self) -> Outcome<Option<Card>> {
        for root in self.overlay_roots().await? {
            let found = self.run_with(CARD, vec![root]).await?;
            if !found.is_null() {
                return Ok(Some(serde_json::from_value(found)?));
            }
        }
        Ok(None)
    }

    /// Runs a script on the card that is open, `arguments[0]`; what it returns.
    pub async fn run_in_card(&self, script: &str) -> Outcome<Value> {
        let script = format!(
            "const card = arguments[0].querySelector('section.card:popover-open');\
             return card && [(function () {{ {script} }})(card)];"
        );
        for root in self.overlay_roots().await? {
            let mut found = self.run_with(&script, vec![root]).await?;
            if let Some(said) = found.get_mut(0) {
                return Ok(said.take());
            }
        }
        Err("no card is open".into())
    }

    /// Rests the pointer on an element and waits for its card.
    pub async fn hover(&self, css: &str) -> Outcome<Card> {
        let element = self.driver.find(By::Css(css)).await?;
        self.hover_on(&element, |_| true).await
    }

    /// Rests the pointer on an element and waits for a card of which this is true.
    pub async fn hover_on(
        &self,
        element: &WebElement,
        fits: impl Fn(&Card) -> bool,
    ) -> Outcome<Card> {
        self.reveal(element).await?;
        self.rest_on(element, fits).await
    }

    /// The same without scrolling: the element is in view already.
    pub async fn rest_on(
        &self,
        element: &WebElement,
        fits: impl Fn(&Card) -> bool,
    ) -> Outcome<Card> {
        self.leave().await?;
        self.driver.action_chain().move_to_element_center(element).perform().await?;
        let mut last = None;
        let found = self
            .wait_for("the card", async || {
                last = self.card().await?;
                Ok(last.clone().filter(|c| fits(c)))
            })
            .await;
        found.map_err(|why| format!("{why}; there was {last:?}").into())
    }

    /// Takes the pointer to the corner of the window and waits until no card is open.
    pub async fn leave(&self) -> Outcome<()> {
        self.driver.action_chain().move_to(2, 2).perform().await?;
        self.wait_for("the card to close", async || Ok(self.card().await?.is_none().then_some(())))
            .await
    }

    /// The mark that has the focus of the keyboard.
    pub async fn focused_mark(&self) -> Outcome<Option<Mark>> {
        let script = "return arguments[0].activeElement?.dataset?.work ?? null";
        for root in self.overlay_roots().await? {
            let work = self.run_with(script, vec![root]).await?;
            if let Some(work) = work.as_str() {
                return Ok(self.marks().await?.into_iter().find(|m| m.work == work));
            }
        }
        Ok(None)
    }

    /// Presses one key where the focus is.
    pub async fn press(&self, key: Key) -> Outcome<()> {
        Ok(self.driver.action_chain().send_keys(key).perform().await?)
    }

    /// Puts a finger on the middle of an element, and lifts it after a while.
    pub async fn long_press(&self, element: &WebElement, ms: u64) -> Outcome<()> {
        self.reveal(element).await?;
        let steps = json!({ "actions": [{
            "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
            "actions": [
                { "type": "pointerMove", "duration": 0, "origin": element.to_json()?, "x": 0, "y": 0 },
                { "type": "pointerDown", "button": 0 },
                { "type": "pause", "duration": ms },
                { "type": "pointerUp", "button": 0 },
            ],
        }] });
        self.command(Method::POST, "actions", Some(steps)).await.map(|_| ())
    }

    /// Runs a script with the open card's shadow root as its argument.
    pub async fn in_card(&self, script: &str) -> Outcome<Value> {
        for root in self.overlay_roots().await? {
            if !self.run_with(CARD, vec![root.clone()]).await?.is_null() {
                return Ok(self.driver.execute_async(script, vec![root]).await?.json().clone());
            }
        }
        Err("no card is open".into())
    }

    /// What has the focus inside the overlay, in words.
    pub async fn focus_in_overlay(&self) -> Outcome<Option<String>> {
        let script = "const a = arguments[0].activeElement; if (!a) return null;\
            return a.localName + ' ' + (a.getAttribute('aria-label') ?? a.textContent).replace(/\\s+/g, ' ').trim().slice(0, 60)";
        for root in self.overlay_roots().await? {
            if let Some(words) = self.run_with(script, vec![root]).await?.as_str() {
                return Ok(Some(words.to_string()));
            }
        }
        Ok(None)
    }

    /// A button of the open card, by its act.
    pub async fn card_button(&self, act: &str) -> Outcome<WebElement> {
        self.in_overlay(&format!("section.card [data-act=\"{act}\"]")).await
    }

    async fn in_overlay(&self, css: &str) -> Outcome<WebElement> {
        for root in self.overlay_roots().await? {
            let id = root[SHADOW].as_str().unwrap_or_default();
            let ask = json!({ "using": "css selector", "value": css });
            let path = format!("shadow/{id}/elements");
            let found = self.command(Method::POST, &path, Some(ask)).await?;
            if let Some(first) = found.as_array().and_then(|a| a.first()) {
                let one = json!({ ELEMENT: first[ELEMENT] });
                return Ok(WebElement::from_json(one, self.driver.handle().clone())?);
            }
        }
        Err(format!("the overlay has no {css}").into())
    }
}
