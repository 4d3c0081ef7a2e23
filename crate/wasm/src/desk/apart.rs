//! Reading a file apart from the page: in a worker that loads the reading room's module. A file
//! that traps, loops or eats memory costs that worker, and the page says so and lives on.

use gloo::file::File;
use js_sys::{Function, Promise};
use sayso_core::limits::READ_TIMEOUT_MS;
use sayso_core::reading::Reading;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Takes files to the worker.
#[derive(Clone)]
pub struct Reader(Function);

/// The worker stopped, or what it said is no answer.
#[derive(Debug)]
pub struct Unread;

impl Reader {
    /// `read_apart` comes from the page's script: a file (nothing for the self-test) and
    /// milliseconds in, a promise out.
    pub fn new(read_apart: Function) -> Reader {
        Reader(read_apart)
    }

    /// Reads one file whole, and has a small picture made of it where the browser can.
    pub async fn read(&self, file: &File) -> Result<(Reading, String), Unread> {
        let file: &web_sys::File = file.as_ref();
        let said: Value = self.answer(file).await?;
        let miniature = said.get("miniature").and_then(Value::as_str).unwrap_or_default();
        let reading = serde_json::from_str(&said.to_string()).map_err(|_| Unread)?;
        Ok((reading, miniature.to_string()))
    }

    /// How many vectors there are, and the names of those that came out wrong.
    pub async fn self_test(&self) -> Result<(usize, Vec<String>), Unread> {
        #[derive(Deserialize)]
        struct Tested {
            all: usize,
            failed: Vec<String>,
        }
        let tested: Tested = self.answer(&JsValue::UNDEFINED).await?;
        Ok((tested.all, tested.failed))
    }

    async fn answer<T: DeserializeOwned>(&self, task: &JsValue) -> Result<T, Unread> {
        let promised =
            self.0.call2(&JsValue::UNDEFINED, task, &READ_TIMEOUT_MS.into()).map_err(|_| Unread)?;
        let promised: Promise = promised.dyn_into().map_err(|_| Unread)?;
        let answer = JsFuture::from(promised).await.map_err(|_| Unread)?;
        let answer: Value = serde_wasm_bindgen::from_value(answer).map_err(|_| Unread)?;
        serde_json::from_str(&answer.to_string()).map_err(|_| Unread)
    }
}
