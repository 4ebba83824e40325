//! Trees as they are kept and asked: small, and the same on every machine.

use serde::{Deserialize, Serialize};

/// One tree: the first node is the root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tree(Vec<Node>);

/// A node of a tree, written as a list of one or four numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Node {
    /// Rows with column `.0` below `.1` go to node `.2`, the others to node `.3`.
    Split(u32, f64, u32, u32),
    /// What the tree adds to the linear predictor.
    Leaf((f64,)),
}

impl Tree {
    /// The tree as the library grew it; `columns` are those it was shown, by their place among all.
    pub(super) fn of(grown: &forust_ml::tree::Tree, columns: &[usize]) -> Self {
        let mut nodes = Vec::with_capacity(grown.nodes.len());
        for node in &grown.nodes {
            nodes.push(if node.is_leaf {
                Node::Leaf((f64::from(node.weight_value),))
            } else {
                let column = columns[node.split_feature] as u32;
                Node::Split(column, node.split_value, node.left_child as u32, node.right_child as u32)
            });
        }
        Self(nodes)
    }

    /// The tree that adds nothing.
    pub(super) fn nothing() -> Self {
        Self(vec![Node::Leaf((0.0,))])
    }

    /// What it adds for a row; columns by their place in the row.
    #[must_use]
    pub fn at(&self, row: impl Fn(usize) -> f64) -> f64 {
        let mut at = 0;
        loop {
            match self.0[at] {
                Node::Leaf((value,)) => return value,
                Node::Split(column, cut, below, above) => {
                    at = if row(column as usize) < cut { below } else { above } as usize;
                }
            }
        }
    }

    /// Whether every branch leads on to a later node of the tree, every column is one of so many, and every number is finite:
    /// what a file holds need not be a tree.
    #[must_use]
    pub fn is_sound(&self, columns: usize) -> bool {
        let sound = |(at, node): (usize, &Node)| match *node {
            Node::Leaf((value,)) => value.is_finite(),
            Node::Split(column, cut, below, above) => {
                let later = |to: u32| to as usize > at && (to as usize) < self.0.len();
                (column as usize) < columns && cut.is_finite() && later(below) && later(above)
            }
        };
        !self.0.is_empty() && self.0.iter().enumerate().all(sound)
    }

    /// How many leaves it has.
    #[must_use]
    pub fn leaves(&self) -> usize {
        self.0.iter().filter(|node| matches!(node, Node::Leaf(_))).count()
    }
}
