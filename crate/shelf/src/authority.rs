//! A time-stamping authority for tests: a certificate authority of an hour's age and `openssl ts`
//! (RFC 3161, <https://www.rfc-editor.org/rfc/rfc3161>), the judge of what we ask and believe.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The authority; all it has lies in one folder.
pub struct Authority {
    folder: PathBuf,
}

const SETTINGS: &str = "\
[tsa]
default_tsa = ours
[ours]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";

impl Authority {
    /// Makes one in an empty folder; `None`, with a line that says so, where there is no `openssl`.
    pub fn in_folder(folder: &Path) -> io::Result<Option<Authority>> {
        if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
            println!("skipped: there is no openssl");
            return Ok(None);
        }
        let made = Authority { folder: folder.to_path_buf() };
        fs::write(folder.join("settings"), SETTINGS)?;
        fs::write(folder.join("serial"), "01\n")?;
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let ca = ["-x509", "-days", "2", "-subj", "/O=Sayso tests/CN=Root", "-keyout", "ca.key"];
        made.run([&["req"], &curve[..], &ca, &["-out", "ca.pem"]].concat())?;
        let tsa = ["-subj", "/O=Clock of the tests/CN=Stamps", "-keyout", "tsa.key"];
        made.run([&["req"], &curve[..], &tsa, &["-out", "tsa.csr"]].concat())?;
        let signed = ["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key"];
        let extensions = ["-days", "2", "-extfile", "settings", "-extensions", "stamping"];
        let out = ["-set_serial", "7", "-out", "tsa.pem"];
        made.run([&signed[..], &extensions, &out].concat())?;
        Ok(Some(made))
    }

    /// The one that was made in that folder.
    pub fn known(folder: &Path) -> Authority {
        Authority { folder: folder.to_path_buf() }
    }

    /// Its root certificate, as PEM.
    pub fn root(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Its answer to a request.
    pub fn answer(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        fs::write(self.folder.join("query"), request)?;
        let (settings, query) = (["-config", "settings"], ["-queryfile", "query"]);
        self.run([&["ts", "-reply"], &settings[..], &query, &["-out", "reply"]].concat())?;
        fs::read(self.folder.join("reply"))
    }

    /// Whether openssl finds that an answer is a time stamp of a file, vouched for by the root.
    pub fn vouches_for(&self, file: &Path, answer: &Path) -> io::Result<()> {
        let (words, root) = (["ts", "-verify", "-data"].map(OsStr::new), self.root());
        let rest = [OsStr::new("-in"), answer.as_os_str(), OsStr::new("-CAfile"), root.as_os_str()];
        self.run([&words[..], &[file.as_os_str()], &rest].concat())
    }

    fn run<S: AsRef<OsStr>>(&self, words: Vec<S>) -> io::Result<()> {
        let out = Command::new("openssl").args(words).current_dir(&self.folder).output()?;
        if out.status.success() {
            return Ok(());
        }
        Err(io::Error::other(String::from_utf8_lossy(&out.stderr).into_owned()))
    }
}
