//! The rules on evidence that is made by hand, and what is said when.

use super::*;
use crate::insight::doctor::vitals::HiddenLayer;
use crate::recipe::{Recipe, ReconstructionScale};
use crate::train::Metrics;
use crate::train::history::Evaluation;
use crate::train::updates::LayerUpdate;

/// A network in good health.
fn healthy(step: u64) -> Vitals {
    Vitals {
        step,
        learning_rate: 1e-3,
        updates: vec![LayerUpdate { gradient: 1.0, change: 1e-3 }; 4],
        hidden: vec![HiddenLayer { dead: 0.1, saturated: 0.1 }; 2],
        error: 20.0,
        variance: 50.0,
        code_spread: 1.0,
        kl: Some(8.0),
        outside: Some(0.003),
        sharpness: 0.9,
    }
}

const IMAGES: ImageFacts =
    ImageFacts { pixels: 784, train: 10_000, most_frequent: 1e-4, duplicates: 0.0, held_out_cost: 1.0 };

fn evaluation(step: u64, train: f64, held_out: f64) -> Evaluation {
    let metrics = |objective| Metrics { objective, ..Metrics::default() };
    Evaluation { step, epoch: step / 10, train: Some(metrics(train)), held_out: metrics(held_out) }
}

fn recipe(name: &str, settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::open(name).expect("built in");
    settings.iter().for_each(|setting| recipe.set_from_text(setting).expect("valid"));
    recipe
}

/// What is found from one check.
fn found(recipe: &Recipe, vitals: Vitals, evaluations: &[Evaluation], images: ImageFacts) -> Vec<Finding> {
    diagnose(&Evidence { recipe, evaluations, checks: &[vitals], references: None, images })
}

fn names(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.trouble.word()).collect()
}

#[test]
fn a_healthy_run_hears_nothing() {
    let falling: Vec<Evaluation> =
        (1..8).map(|k| evaluation(100 * k, 100.0 / k as f64, 101.0 / k as f64)).collect();
    assert!(found(&recipe("vae-2d", &[]), healthy(700), &falling, IMAGES).is_empty());
    assert!(found(&recipe("ae-32", &[]), healthy(700), &falling, IMAGES).is_empty());
}

#[test]
fn a_cause_hides_what_follows_from_it() {
    let mut vitals = healthy(700);
    vitals.updates[0].change = 1e-8;
    let recipe = recipe("ae-32", &[]);
    assert_eq!(names(&found(&recipe, vitals.clone(), &[], IMAGES)), ["vanishing"]);
    vitals.hidden[0].saturated = 0.95;
    assert_eq!(names(&found(&recipe, vitals, &[], IMAGES)), ["saturated"]);
}

#[test]
fn a_collapsed_code_is_cured_in_one_step() {
    let vitals = Vitals { kl: Some(0.01), ..healthy(1000) };
    let cure = |settings: &[&str]| {
        let recipe = recipe("vae-2d", settings);
        let findings = found(&recipe, vitals.clone(), &[], IMAGES);
        assert_eq!(names(&findings), ["collapse"]);
        let cure = findings[0].cure.clone().expect("a cure");
        (cure.label().to_owned(), cure.applied(&recipe).objective.beta)
    };
    assert_eq!(cure(&[]), ("Halve β".to_owned(), 0.5));
    assert_eq!(cure(&["objective.beta=32"]), ("Set β to 1".to_owned(), 1.0));
    let (label, beta) = cure(&["objective.beta=2", "objective.scale=mean"]);
    assert_eq!((label.as_str(), beta), ("Divide β by the number of pixels", 2.0 / 784.0));
    assert!(
        found(&recipe("vae-2d", &[]), Vitals { step: 100, ..vitals }, &[], IMAGES).is_empty(),
        "too early"
    );
    assert_eq!(recipe("vae-2d", &[]).objective.scale, ReconstructionScale::Sum);
}

#[test]
fn a_held_out_objective_that_rises_while_training_falls_is_overfitting() {
    let objectives = [(150.0, 146.0), (146.0, 145.0), (144.0, 146.0), (142.5, 146.8), (141.0, 149.4)];
    let evaluations: Vec<Evaluation> =
        (1..).zip(objectives).map(|(k, (train, held_out))| evaluation(10 * k, train, held_out)).collect();
    let findings = found(&recipe("ae-32", &[]), healthy(50), &evaluations, IMAGES);
    assert_eq!(names(&findings), ["overfitting"]);
    for words in ["falls, to 141", "from 145 to 149.4"] {
        assert!(findings[0].sentence.contains(words), "{}", findings[0].sentence);
    }
    assert!(
        found(&recipe("ae-32", &[]), healthy(50), &evaluations[..4], IMAGES).is_empty(),
        "too soon to say"
    );
}

#[test]
fn images_are_judged_at_once_and_measurements_when_they_are_confirmed() {
    let recipe = recipe("ae-32", &[]);
    let mut doctor = Doctor::default();
    let mut examine = |vitals: Vitals, images: ImageFacts| {
        let evidence = Evidence { recipe: &recipe, evaluations: &[], checks: &[], references: None, images };
        let (findings, remarks) = doctor.examine(vitals, evidence);
        let said = remarks.iter().map(|remark| (remark.name, remark.is_over)).collect::<Vec<_>>();
        (names(&findings), said)
    };
    let ill = |step: u64| {
        let mut vitals = healthy(step);
        vitals.hidden[1].dead = 0.9;
        vitals
    };
    let few = ImageFacts { train: 100, ..IMAGES };
    assert_eq!(examine(healthy(0), few), (vec!["small-data"], vec![("small-data", false)]));
    assert_eq!(examine(healthy(100), few), (vec!["small-data"], vec![]), "it is said once");
    assert_eq!(examine(ill(200), IMAGES), (vec![], vec![("small-data", true)]), "one check is not enough");
    assert_eq!(examine(healthy(300), IMAGES), (vec![], vec![]));
    assert_eq!(examine(ill(400), IMAGES), (vec![], vec![]));
    assert_eq!(examine(ill(500), IMAGES), (vec!["dead-units"], vec![("dead-units", false)]));
    assert_eq!(examine(ill(600), IMAGES), (vec!["dead-units"], vec![]));
    assert_eq!(examine(healthy(700), IMAGES), (vec![], vec![("dead-units", true)]));
}

#[test]
fn every_trouble_has_one_rule_and_every_rule_stands_below_its_causes() {
    for (place, rule) in RULES.iter().enumerate() {
        let others = RULES.iter().filter(|other| other.trouble == rule.trouble);
        assert_eq!(others.count(), 1, "{}", rule.trouble.word());
        for cause in rule.follows_from {
            let above = RULES[..place].iter().any(|other| other.trouble == *cause);
            assert!(above, "{} stands above {}", rule.trouble.word(), cause.word());
        }
        assert!(!rule.source.is_empty());
    }
}
