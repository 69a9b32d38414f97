//! Tells cargo that the binary holds `www`: a new or changed file there is a reason to build again.

fn main() {
    println!("cargo::rerun-if-changed=../www");
}
