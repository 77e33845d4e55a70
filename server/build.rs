//! A release build carries the page: it is built anew when the page is.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug build reads the page when it runs.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../dist");
    }
}
