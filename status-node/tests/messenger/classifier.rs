//! Simple classifiers, as an observer would begin with: a threshold on each feature, a naive Bayes over
//! bins, a logistic regression, and the nearest neighbours, which see what features are like together.

use std::collections::BTreeMap;

/// An envelope as an observer measures it, and what it is.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) features: Vec<f64>,
    pub(crate) is_decoy: bool,
    /// The hour it is of, counted through. What happens in one hangs together.
    pub(crate) hour: u64,
}

/// How well a classifier does on what it was not trained with.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    pub(crate) name: String,
    /// The mean of the parts of either kind that it tells rightly: a coin gets one half, whatever there is
    /// more of.
    pub(crate) accuracy: f64,
    /// Half the width of its confidence interval, hours being taken as independent of each other: of 99 % for
    /// all classifiers together, of which there are 15 at most (3.4 deviations of a normal distribution).
    pub(crate) margin: f64,
}

/// A classifier: how much an envelope looks like a decoy; more than 0 says that it is one.
type Judge = Box<dyn Fn(&[f64]) -> f64>;

/// Trains each classifier on every other day and scores it on the days between, so that no conversation is in
/// both.
pub(crate) fn scores(names: &[&str], examples: &[Example]) -> Vec<Score> {
    let on = |half| {
        examples
            .iter()
            .filter(move |one| one.hour / 24 % 2 == half)
            .cloned()
    };
    let training: Vec<Example> = on(0).collect();
    let test: Vec<Example> = on(1).collect();
    let (training, test) = (training.as_slice(), test.as_slice());
    let mut judges: Vec<(String, Judge)> = names
        .iter()
        .enumerate()
        .map(|(feature, name)| (format!("threshold on {name}"), threshold(training, feature)))
        .collect();
    judges.push(("naive Bayes".into(), naive_bayes(training)));
    judges.push(("logistic regression".into(), logistic_regression(training)));
    judges.push(("nearest neighbours".into(), nearest_neighbours(training)));
    judges
        .into_iter()
        .map(|(name, judge)| score(name, &judge, test))
        .collect()
}

fn score(name: String, judge: &Judge, test: &[Example]) -> Score {
    let is_right =
        |one: &Example| f64::from(u8::from((judge(&one.features) > 0.0) == one.is_decoy));
    let of = |is_decoy: bool| {
        let kind = test.iter().filter(|one| one.is_decoy == is_decoy);
        let count = kind.clone().count() as f64;
        (kind.map(is_right).sum::<f64>() / count, count)
    };
    let parts = [of(false), of(true)];
    // How much each hour moves the mean of the two parts.
    let mut hours = BTreeMap::<u64, f64>::new();
    for one in test {
        let (part, count) = parts[usize::from(one.is_decoy)];
        *hours.entry(one.hour).or_default() += (is_right(one) - part) / count / 2.0;
    }
    let variance: f64 = hours.values().map(|moved| moved * moved).sum();
    Score {
        name,
        accuracy: parts.iter().map(|(part, _)| part).sum::<f64>() / 2.0,
        margin: 3.4 * variance.sqrt(),
    }
}

/// How much each example weighs, so that both kinds weigh the same together.
fn weights(examples: &[Example]) -> Vec<f64> {
    let decoys = examples.iter().filter(|one| one.is_decoy).count() as f64;
    let reals = examples.len() as f64 - decoys;
    let weight = |one: &Example| {
        if one.is_decoy {
            0.5 / decoys
        } else {
            0.5 / reals
        }
    };
    examples.iter().map(weight).collect()
}

/// The best threshold on one feature.
fn threshold(training: &[Example], feature: usize) -> Judge {
    let weights = weights(training);
    let mut order: Vec<usize> = (0..training.len()).collect();
    let value = |place: usize| training[place].features[feature];
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    // The more decoys and the fewer others lie below, the better "below is a decoy".
    let (mut below, mut best, mut at, mut sign) = (0.0_f64, 0.0_f64, f64::NEG_INFINITY, 1.0);
    for (place, next) in order.iter().zip(order.iter().skip(1)) {
        let is_decoy = training[*place].is_decoy;
        below += if is_decoy {
            weights[*place]
        } else {
            -weights[*place]
        };
        if below.abs() > best && value(*place) < value(*next) {
            best = below.abs();
            at = value(*place);
            sign = below.signum();
        }
    }
    Box::new(move |features| if features[feature] <= at { sign } else { -sign })
}

/// Ten bins of equal numbers for each feature, taken as independent.
fn naive_bayes(training: &[Example]) -> Judge {
    const BINS: usize = 10;
    let weights = weights(training);
    let count = training[0].features.len();
    let mut tables = Vec::new();
    for feature in 0..count {
        let mut values: Vec<f64> = training.iter().map(|one| one.features[feature]).collect();
        values.sort_by(f64::total_cmp);
        let mut edges: Vec<f64> = (1..BINS)
            .map(|bin| values[bin * values.len() / BINS])
            .collect();
        edges.dedup();
        // Nothing is impossible for want of examples.
        let mut seen = vec![[0.002_f64; 2]; edges.len() + 1];
        for (one, weight) in training.iter().zip(&weights) {
            let bin = edges.partition_point(|edge| *edge <= one.features[feature]);
            seen[bin][usize::from(one.is_decoy)] += weight;
        }
        tables.push((edges, seen));
    }
    Box::new(move |features| {
        let mut sum = 0.0;
        for ((edges, seen), value) in tables.iter().zip(features) {
            let [real, decoy] = seen[edges.partition_point(|edge| edge <= value)];
            sum += (decoy / real).ln();
        }
        sum
    })
}

/// Mean and deviation of each feature.
fn scales(training: &[Example]) -> Vec<(f64, f64)> {
    let of = |feature: usize| {
        let values = || training.iter().map(move |one| one.features[feature]);
        let mean = values().sum::<f64>() / training.len() as f64;
        let square = values().map(|value| (value - mean).powi(2)).sum::<f64>();
        (mean, (square / training.len() as f64).sqrt().max(1e-9))
    };
    (0..training[0].features.len()).map(of).collect()
}

fn scale(features: &[f64], scales: &[(f64, f64)]) -> Vec<f64> {
    let each = features.iter().zip(scales);
    each.map(|(value, (mean, deviation))| (value - mean) / deviation)
        .collect()
}

/// Which kind weighs more among the 25 most alike.
fn nearest_neighbours(training: &[Example]) -> Judge {
    const NEIGHBOURS: usize = 25;
    let scales = scales(training);
    let weights = weights(training);
    let known: Vec<(Vec<f64>, f64)> = training
        .iter()
        .zip(&weights)
        .map(|(one, weight)| {
            let sign = if one.is_decoy { 1.0 } else { -1.0 };
            (scale(&one.features, &scales), sign * weight)
        })
        .collect();
    Box::new(move |features| {
        let features = scale(features, &scales);
        let distance = |other: &[f64]| -> f64 {
            let pairs = features.iter().zip(other);
            pairs.map(|(a, b)| (a - b).powi(2)).sum()
        };
        let mut near: Vec<(f64, f64)> = known
            .iter()
            .map(|(other, vote)| (distance(other), *vote))
            .collect();
        near.select_nth_unstable_by(NEIGHBOURS, |a, b| a.0.total_cmp(&b.0));
        near.iter().take(NEIGHBOURS).map(|(_, vote)| vote).sum()
    })
}

/// Logistic regression on the features, made comparable, and their squares.
fn logistic_regression(training: &[Example]) -> Judge {
    const ROUNDS: usize = 200;
    let weights = weights(training);
    let count = training[0].features.len();
    let scales = scales(training);
    let expand = move |features: &[f64]| -> Vec<f64> {
        let scaled = scale(features, &scales);
        let squares = scaled.iter().map(|value| value * value - 1.0);
        let squares: Vec<f64> = squares.map(|square| square.clamp(-3.0, 3.0)).collect();
        [vec![1.0], scaled, squares].concat()
    };
    let rows: Vec<Vec<f64>> = training.iter().map(|one| expand(&one.features)).collect();
    let mut factors = vec![0.0; 2 * count + 1];
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for _ in 0..ROUNDS {
        let mut slope = vec![0.0; factors.len()];
        for ((row, one), weight) in rows.iter().zip(training).zip(&weights) {
            let guess = 1.0 / (1.0 + (-dot(row, &factors)).exp());
            let error = f64::from(u8::from(one.is_decoy)) - guess;
            for (slope, value) in slope.iter_mut().zip(row) {
                *slope += weight * error * value;
            }
        }
        for (factor, slope) in factors.iter_mut().zip(&slope) {
            *factor += slope;
        }
    }
    Box::new(move |features| dot(&expand(features), &factors))
}
