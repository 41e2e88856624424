//! The graph of imports between files, and the circles in it.
//!
//! A path is followed to the file that defines the name: through modules, through `use` and `pub use`, and through a
//! `mod.rs` that only passes names on. So such a `mod.rs` is in no circle, while one with items of its own is a file
//! like any other. Code under `#[cfg(test)]` does not count: it may use anything.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use proc_macro2::TokenStream;

use crate::File;
use crate::paths::{self, Contents, Named};

/// A path is followed through at most so many `use`, in case two of them name each other.
const MAX_DEPTH: usize = 16;

/// What is wrong with the imports of `files`, given the circles that are known: one text for each circle that is not
/// known, and one for each known file that is in no circle any more.
pub fn problems(files: &[File], known: &[&[&str]]) -> Vec<String> {
    let graph = Graph::of(files);
    let circles = graph.circles();
    let path = |file: &usize| files[*file].path.as_str();
    let is_known = |circle: &BTreeSet<usize>| {
        known.iter().any(|list| circle.iter().all(|file| list.contains(&path(file))))
    };
    let new = circles.iter().filter(|circle| !is_known(circle)).map(|circle| graph.in_words(circle));
    let still: BTreeSet<&str> = circles.iter().flatten().map(path).collect();
    let gone = known.iter().copied().flatten().filter(|file| !still.contains(**file));
    let gone =
        gone.map(|file| format!("{file} is in no circle any more: take it off the list of known circles"));
    new.chain(gone).collect()
}

/// For each file by its index, the files that it imports, and the names it takes from each.
struct Graph<'a> {
    files: &'a [File],
    imports: Vec<BTreeMap<usize, BTreeSet<String>>>,
}

impl<'a> Graph<'a> {
    fn of(files: &'a [File]) -> Self {
        let contents: Vec<Contents> = files.iter().map(contents_of).collect();
        let modules = Modules::of(files, &contents);
        let imports = contents.iter().enumerate().map(|(file, contents)| {
            let mut imports: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
            for named in contents.named.iter().filter(|named| is_import(named, contents)) {
                if let Some(Place::Item { file: other, name }) = modules.follow(named, MAX_DEPTH)
                    && other != file
                    && !modules.is_test(files, file)
                {
                    imports.entry(other).or_default().insert(name.to_owned());
                }
            }
            imports
        });
        Self { files, imports: imports.collect() }
    }

    /// The sets of files that all reach each other.
    fn circles(&self) -> Vec<BTreeSet<usize>> {
        let reached: Vec<BTreeSet<usize>> =
            (0..self.files.len()).map(|file| self.reached_from(file)).collect();
        let mut circles: Vec<BTreeSet<usize>> = Vec::new();
        for (file, after) in reached.iter().enumerate() {
            if after.contains(&file) && !circles.iter().any(|circle| circle.contains(&file)) {
                circles.push(after.iter().copied().filter(|other| reached[*other].contains(&file)).collect());
            }
        }
        circles
    }

    /// Every file that can be reached from this one by at least one import.
    fn reached_from(&self, file: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut to_visit: Vec<usize> = self.imports[file].keys().copied().collect();
        while let Some(next) = to_visit.pop() {
            if reached.insert(next) {
                to_visit.extend(self.imports[next].keys());
            }
        }
        reached
    }

    /// The shortest ways around a circle, one a line: each file with the names that the one before takes from it.
    fn in_words(&self, circle: &BTreeSet<usize>) -> String {
        let mut seen: Vec<BTreeSet<usize>> = Vec::new();
        let mut text = format!("{} files import each other in a circle:", circle.len());
        for file in circle {
            let way = self.way_back(*file);
            let files: BTreeSet<usize> = way.iter().copied().collect();
            if seen.contains(&files) {
                continue;
            }
            seen.push(files);
            text += &format!("\n    {}", self.files[*file].path);
            for (from, to) in way.iter().zip(way[1..].iter().chain([file])) {
                let names: Vec<&str> = self.imports[*from][to].iter().map(String::as_str).collect();
                text += &format!(" → {} ({})", self.files[*to].path, names.join(", "));
            }
        }
        text
    }

    /// The files on a shortest way from a file back to itself, itself first.
    fn way_back(&self, file: usize) -> Vec<usize> {
        let mut ways: Vec<Vec<usize>> = vec![vec![file]];
        let mut visited = BTreeSet::new();
        let mut next = 0;
        while next < ways.len() {
            let way = ways[next].clone();
            for to in self.imports[way[way.len() - 1]].keys() {
                if *to == file {
                    return way;
                }
                if visited.insert(*to) {
                    ways.push([&way[..], &[*to]].concat());
                }
            }
            next += 1;
        }
        vec![file]
    }
}

fn contents_of(file: &File) -> Contents {
    // What is no Rust fails the other test.
    let tokens = TokenStream::from_str(&file.text).unwrap_or_default();
    paths::read(tokens, &paths::module_of(&file.path))
}

/// Whether a path counts as an import. A file does not itself use what it only passes on.
fn is_import(named: &Named, contents: &Contents) -> bool {
    let is_used = !named.is_reexport || named.binds.as_ref().is_some_and(|name| contents.used.contains(name));
    is_used && !named.is_test
}

/// Where a path leads.
enum Place<'a> {
    /// To a name that a file defines.
    Item { file: usize, name: &'a str },
    /// To a module; naming it imports nothing yet.
    Module,
}

/// The names in the scope of one module.
#[derive(Default)]
struct Scope<'a> {
    file: usize,
    items: BTreeSet<&'a str>,
    /// What a `use` binds.
    bound: BTreeMap<&'a str, &'a Named>,
    globs: Vec<&'a Named>,
}

/// All modules of the crate, by their paths.
struct Modules<'a> {
    scopes: BTreeMap<&'a [String], Scope<'a>>,
    tests: Vec<&'a [String]>,
}

impl<'a> Modules<'a> {
    fn of(files: &[File], contents: &'a [Contents]) -> Self {
        // The root is there, whichever files are.
        let root: &[String] = &[];
        let mut modules = Self { scopes: BTreeMap::from([(root, Scope::default())]), tests: Vec::new() };
        for (file, contents) in contents.iter().enumerate() {
            modules.tests.extend(contents.test_modules.iter().map(Vec::as_slice));
            // `main.rs` is a crate of its own.
            if files[file].path != "src/main.rs" {
                modules.add(file, contents);
            }
        }
        modules
    }

    fn add(&mut self, file: usize, contents: &'a Contents) {
        for module in &contents.modules {
            self.scopes.insert(module, Scope { file, ..Scope::default() });
        }
        for (module, name) in &contents.items {
            self.scopes.entry(module).or_default().items.insert(name);
        }
        for named in &contents.named {
            let scope = self.scopes.entry(&named.module).or_default();
            match named.binds.as_deref() {
                Some("*") => scope.globs.push(named),
                Some(name) => drop(scope.bound.insert(name, named)),
                None => {}
            }
        }
    }

    /// Whether a file is declared under `#[cfg(test)]`, or inside such a module.
    fn is_test(&self, files: &[File], file: usize) -> bool {
        let module = paths::module_of(&files[file].path);
        self.tests.iter().any(|tests| module.starts_with(tests))
    }

    /// Follows a path as a file names it; `None` when it leads out of the crate.
    fn follow(&self, named: &'a Named, depth: usize) -> Option<Place<'a>> {
        self.follow_with(named, &[], depth)
    }

    /// Follows a path and then the names in `rest`.
    fn follow_with(&self, named: &'a Named, rest: &[&'a str], depth: usize) -> Option<Place<'a>> {
        let depth = depth.checked_sub(1)?;
        if let Some(path) = &named.from_root {
            let path: Vec<&str> = path.iter().map(String::as_str).chain(rest.iter().copied()).collect();
            return self.walk(&[], &path, depth);
        }
        let path: Vec<&str> = named.written.split("::").chain(rest.iter().copied()).collect();
        // Without `crate`, `self` or `super` it begins with a child of its module, with a name that another `use`
        // binds, or with the name of another crate.
        let child = child_of(&named.module, path[0]);
        let bound = self.scopes.get(&named.module[..])?.bound.get(path[0]);
        let begins_here = self.scopes.contains_key(&child[..])
            || bound.is_some_and(|bound| bound.written.split("::").next() != Some(path[0]));
        if begins_here { self.walk(&named.module, &path, depth) } else { None }
    }

    /// Goes down from a module, name by name.
    fn walk(&self, module: &[String], path: &[&'a str], depth: usize) -> Option<Place<'a>> {
        let mut module = module.to_vec();
        for (k, name) in path.iter().enumerate() {
            let rest = &path[k + 1..];
            let scope = self.scopes.get(&module[..])?;
            let child = child_of(&module, name);
            let is_child = self.scopes.contains_key(&child[..]);
            // A module and a function may share a name.
            if scope.items.contains(name) && (rest.is_empty() || !is_child) {
                return Some(Place::Item { file: scope.file, name });
            }
            if is_child {
                module = child;
            } else if let Some(bound) = scope.bound.get(name) {
                return self.follow_with(bound, rest, depth);
            } else {
                return scope.globs.iter().find_map(|glob| self.through_glob(glob, &path[k..], depth));
            }
        }
        Some(Place::Module)
    }

    /// Looks for the rest of a path in the module that a `use …::*` names.
    fn through_glob(&self, glob: &'a Named, rest: &[&'a str], depth: usize) -> Option<Place<'a>> {
        let depth = depth.checked_sub(1)?;
        let path = match &glob.from_root {
            Some(path) => path.clone(),
            None => {
                let written = glob.written.split("::").map(str::to_owned);
                glob.module.iter().cloned().chain(written).collect()
            }
        };
        let (_, module) = path.split_last()?;
        self.walk(module, rest, depth)
    }
}

fn child_of(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.to_owned()]).collect()
}
