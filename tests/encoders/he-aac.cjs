// @ts-check
// `node he-aac.cjs PACKAGE IN.wav OUT PROFILE BITRATE`: has the web build of FFmpeg in the npm package
// at PACKAGE encode high-efficiency AAC, which no encoder of the system can. For tests alone.
const { readFileSync, writeFileSync } = require('node:fs');
const { extname, join } = require('node:path');

const [place = '', input = '', output = '', profile = '', bitrate = ''] = process.argv.slice(2);
/** @param {string} suffix */
const core = (suffix) => join(place, `dist/ffmpeg-core.${suffix}`);
// It is given its module; where there is `fetch` it would ask for it by that.
Reflect.deleteProperty(globalThis, 'fetch');

const out = `out${extname(output)}`;

async function encode() {
  const ffmpeg = await require(core('js'))({
    mainScriptUrlOrBlob: core('js'),
    wasmBinary: readFileSync(core('wasm')),
    printErr: () => {},
    print: () => {},
  });
  ffmpeg.FS.writeFile('in.wav', readFileSync(input));
  const words = ['ffmpeg', '-nostdin', '-i', 'in.wav', '-c:a', 'libfdk_aac', '-profile:a', profile, '-b:a', bitrate, out];
  const list = ffmpeg._malloc(4 * words.length);
  for (const [index, word] of words.entries()) {
    const size = ffmpeg.lengthBytesUTF8(word) + 1;
    const text = ffmpeg._malloc(size);
    ffmpeg.stringToUTF8(word, text, size);
    ffmpeg.setValue(list + 4 * index, text, 'i32');
  }
  try {
    ffmpeg.cwrap('main', 'number', ['number', 'number'])(words.length, list);
  } catch {
    // It leaves by throwing, also when all went well; then there is a file to read.
  }
  writeFileSync(output, ffmpeg.FS.readFile(out));
  process.exit(0);
}

encode();
