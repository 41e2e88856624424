//! The recipes that travel with the program; each is a file in `assets/recipes`.

macro_rules! recipes {
    ($($name:literal),+ $(,)?) => {
        /// Names of the built-in recipes, simplest first.
        pub const NAMES: &[&str] = &[$($name),+];

        /// The file of a built-in recipe.
        pub fn text(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../assets/recipes/", $name, ".toml"))),)+
                _ => None,
            }
        }
    };
}

recipes![
    "ae-simple",
    "ae-32",
    "ae-2d",
    "ae-sparse",
    "vae-2d",
    "vae-20",
    "vae-32",
    "vae-dictionary",
    "vae-dictionary-fine"
];
