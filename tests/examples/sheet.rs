//! contact sheet
use image::{RgbImage, imageops};
fn main(){
  let names: Vec<String> = std::env::args().skip(1).collect();
  let mut out = RgbImage::from_pixel(1500, 1300, image::Rgb([255,255,255]));
  for (i,n) in names.iter().enumerate() {
    let p = sayso_tests::art::draw(n).unwrap().resized(740);
    let img = RgbImage::from_raw(p.width,p.height,p.rgb).unwrap();
    imageops::overlay(&mut out,&img,(i as i64 %2)*750,(i as i64/2)*650);
  }
  out.save("/tmp/w/sheet.png").unwrap();
}
