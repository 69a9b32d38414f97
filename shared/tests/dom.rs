//! `DOM` records: the reader against the grammar, and the tree that the replay model keeps of them. Random batches, most of
//! them nonsense, must either be refused or be told in steps that lead a player to the very tree that a snapshot shows.
#![cfg(feature = "replay")]
#![allow(clippy::unwrap_used)]

mod page;

use page::{PageWriter, encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shared::dom::{Batch, DOCUMENT, List, ListOp, Shape, Token, read};
use shared::replay::{Cursor, Event, Node, NodeKind, Snapshot, What};
use std::collections::BTreeMap;

fn keep(start: u32, count: u32) -> ListOp {
    ListOp::Keep { start, count, backward: false }
}

fn keep_backward(start: u32, count: u32) -> ListOp {
    ListOp::Keep { start, count, backward: true }
}

fn list(parent: u32, ops: impl Into<Vec<ListOp>>) -> List {
    List { parent, ops: ops.into() }
}

fn batch(lists: impl Into<Vec<List>>) -> Batch {
    Batch { lists: lists.into(), ..Batch::default() }
}

/// Elements of shape 0 without children.
fn elements(ids: impl IntoIterator<Item = u32>) -> ListOp {
    ListOp::New(ids.into_iter().flat_map(|id| [Token::Element { id, shape: 0 }, Token::End]).collect())
}

/// A tree as a player would hold it.
#[derive(Default)]
struct Player {
    children: BTreeMap<u32, Vec<u32>>,
    parent: BTreeMap<u32, u32>,
}

impl Player {
    fn place(&mut self, parent: u32, before: u32, id: u32) {
        assert!(!self.contains(id, parent), "{id} is put into its own subtree, {parent}");
        if let Some(old) = self.parent.insert(id, parent) {
            self.children.get_mut(&old).unwrap().retain(|child| *child != id);
        }
        let list = self.children.entry(parent).or_default();
        let at = if before == 0 { list.len() } else { list.iter().position(|child| *child == before).unwrap() };
        list.insert(at, id);
    }

    fn contains(&self, root: u32, id: u32) -> bool {
        id == root || self.parent.get(&id).is_some_and(|parent| self.contains(root, *parent))
    }

    fn forget(&mut self, id: u32) {
        self.parent.remove(&id);
        for child in self.children.remove(&id).unwrap_or_default() {
            self.forget(child);
        }
    }

    fn apply(&mut self, event: &Event) {
        match &event.what {
            What::Insert { parent, before, nodes } => {
                for (i, node) in nodes.iter().enumerate() {
                    let moves = node.what == NodeKind::Moved {};
                    assert_eq!(moves, self.parent.contains_key(&node.id), "{node:?} is new or known");
                    let (parent, before) = if i == 0 { (*parent, *before) } else { (node.parent, 0) };
                    self.place(parent, before, node.id);
                }
            }
            What::Move { id, parent, before } => {
                assert!(self.parent.contains_key(id), "{id} is known");
                self.place(*parent, *before, *id);
            }
            What::Remove { id } => {
                let parent = self.parent[id];
                self.children.get_mut(&parent).unwrap().retain(|child| child != id);
                self.forget(*id);
            }
            _ => {}
        }
    }

    /// Ids and parents in document order.
    fn print(&self, id: u32, out: &mut Vec<(u32, u32)>) {
        out.push((id, self.parent.get(&id).copied().unwrap_or(0)));
        self.children.get(&id).into_iter().flatten().for_each(|child| self.print(*child, out));
    }
}

fn ids(snapshot: &Snapshot) -> Vec<(u32, u32)> {
    snapshot.nodes.iter().map(|node| (node.id, node.parent)).collect()
}

/// Plays `batches`, one each millisecond, on a page with one shape (0) and one string (1, the shape's tag).
fn play(batches: &[Batch]) -> Played {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("p", &[]);
    for (i, batch) in batches.iter().enumerate() {
        writer.dom(&Batch { at: i as u32 + 1, ..batch.clone() });
    }
    let mut cursor = Cursor::new(&writer.page());
    cursor.next(0);
    Played { cursor, time: 0, player: Player::default() }
}

struct Played {
    cursor: Cursor,
    time: u32,
    player: Player,
}

impl Played {
    /// Plays one batch. `None` when it was refused.
    fn step(&mut self) -> Option<Vec<Event>> {
        self.time += 1;
        let events = self.cursor.next(self.time);
        if self.cursor.seek(self.time).gap {
            return None;
        }
        events.iter().for_each(|event| self.player.apply(event));
        let mut played = Vec::new();
        self.player.print(DOCUMENT, &mut played);
        let shown = ids(&self.cursor.seek(self.time));
        assert_eq!(played, if shown.is_empty() { vec![(DOCUMENT, 0)] } else { shown });
        Some(events)
    }

    /// Plays all batches that there are; the events of the last.
    fn steps(&mut self, count: usize) -> Vec<Event> {
        let mut last = Vec::new();
        for number in 1..=count {
            last = self.step().unwrap_or_else(|| panic!("batch {number} is refused"));
        }
        last
    }
}

fn refuses(why: &str, batches: &[Batch]) {
    let mut played = play(batches);
    played.steps(batches.len() - 1);
    assert!(played.step().is_none(), "{why} is refused: {batches:?}");
}

#[test]
fn the_grammar_is_read_as_it_is_written_down() {
    // At 5; new ids 2 and 3; one list: of the document, a <p> (shape 0, defined here: HTML, string 1, an attribute of
    // strings 2 and 3) with text 4; then attribute 2 of node 2 removed, then text 3 = string 4.
    let body = [5, 1, 4, 2, 1, 2, 3, 0, 0, 1, 1, 2, 3, 4 << 3 | 1, 13, 13, 0, 1, 4, 2, 0, 1, 6, 4];
    let mut shapes = Vec::new();
    let batch = read(&body, &mut shapes).unwrap();
    assert_eq!(shapes, [Shape { namespace: 0, tag: 1, attributes: vec![(2, 3)] }]);
    let tokens = vec![Token::Element { id: 2, shape: 0 }, Token::Text { id: 3, text: 4 }, Token::End];
    let list = List { parent: 1, ops: vec![ListOp::New(tokens)] };
    assert_eq!(batch, Batch { at: 5, lists: vec![list], attributes: vec![(2, 2, None)], texts: vec![(3, 4)] });
    assert_eq!(encode(&batch, &mut 0, &shapes), body);
}

#[test]
fn runs_are_read_in_both_directions() {
    // The document's list: 3 from 4 on; 2 from 8 on backward (8, 7); then 2 moved: 9, 7.
    let body = [0, 0, 1, 2, 3 << 2, 8, 2 << 2 | 1, 2, 2 << 2 | 2, 18, 3, 0, 0, 0];
    let batch = read(&body, &mut Vec::new()).unwrap();
    assert_eq!(batch.lists, [list(1, [keep(4, 3), keep_backward(8, 2), ListOp::Moved(vec![9, 7])])]);
}

#[test]
fn a_malformed_batch_is_refused() {
    for (why, body) in [
        ("a new node without an id", &[0, 0, 1, 2, 3, 5, 13, 0, 0, 0][..]),
        ("an id past the last", &[0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0]),
        ("a shape that nobody defined", &[0, 1, 4, 1, 1, 2, 3, 1 << 3, 13, 13, 0, 0, 0]),
        ("bytes left over", &[0, 0, 0, 0, 0, 0]),
        ("more lists than bytes", &[0, 0, 9, 2, 0]),
        ("more attributes than bytes", &[0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ] {
        assert_eq!(read(body, &mut Vec::new()), None, "{why}");
    }
    assert_eq!(read(&[0, 0, 0, 0, 0], &mut Vec::new()), Some(Batch::default()));
}

#[test]
fn what_does_not_fit_the_tree_is_refused() {
    let base = batch([list(1, [elements(2..=5), ListOp::New(vec![Token::Text { id: 6, text: 1 }])])]);
    let shadow = |id| ListOp::New(vec![Token::ShadowRoot { id, flags: 0 }, Token::End]);
    let deeper = batch([list(1, [keep(0, 5)]), list(2, [elements([7])]), list(3, [shadow(10), elements([11])])]);
    for (why, last) in [
        ("a parent that is not there", batch([list(9, [])])),
        ("the same list twice", batch([list(1, [keep(0, 5)]), list(1, [keep(0, 5)])])),
        ("a run past the end", batch([list(1, [keep(3, 3)])])),
        ("a run past the end of numbers", batch([list(1, [keep(u32::MAX, (1 << 30) - 1)])])),
        ("a run before the start", batch([list(1, [keep_backward(1, 3)])])),
        ("a child kept twice", batch([list(1, [keep(0, 5), keep(4, 1)])])),
        ("a child kept twice, backward", batch([list(1, [keep(2, 2), keep_backward(4, 2)])])),
        ("a child kept and moved", batch([list(1, [keep(0, 5)]), list(3, [ListOp::Moved(vec![4])])])),
        ("a child moved twice", batch([list(1, [keep(0, 2)]), list(3, [ListOp::Moved(vec![4, 4])])])),
        ("a new node moved", batch([list(1, [keep(0, 5), elements([7])]), list(3, [ListOp::Moved(vec![7])])])),
        ("a child of a new node moved", {
            let tokens =
                [Token::Element { id: 8, shape: 0 }, Token::Element { id: 9, shape: 0 }, Token::End, Token::End];
            batch([list(1, [keep(0, 5), ListOp::New(tokens.to_vec())]), list(3, [keep(0, 2), ListOp::Moved(vec![9])])])
        }),
        ("a child moved into two new nodes", {
            let new = |id| [Token::Element { id, shape: 0 }, Token::Moved { id: 2 }, Token::End];
            batch([list(1, [keep(1, 4), ListOp::New([new(8), new(9)].concat())])])
        }),
        ("a stranger moved", batch([list(1, [keep(0, 5), ListOp::Moved(vec![8])])])),
        ("the document moved", batch([list(2, [ListOp::Moved(vec![1])])])),
        ("a node into itself", batch([list(1, [keep(1, 4)]), list(2, [ListOp::Moved(vec![2])])])),
        ("two nodes into each other", {
            batch([list(1, [keep(2, 3)]), list(2, [ListOp::Moved(vec![3])]), list(3, [ListOp::Moved(vec![2])])])
        }),
        ("a node into a new child of its own", {
            let inner = ListOp::New(vec![Token::Element { id: 9, shape: 0 }, Token::Moved { id: 2 }, Token::End]);
            batch([list(1, [keep(1, 4)]), list(2, [inner])])
        }),
        ("a list of a parent that goes", batch([list(1, [keep(1, 4)]), list(2, [elements([9])])])),
        ("an id that is in use", batch([list(1, [keep(0, 5), elements([3])])])),
        ("id 0", batch([list(1, [keep(0, 5), elements([0])])])),
        ("the same id twice", batch([list(1, [keep(0, 5), elements([8, 8])])])),
        ("children of a text", batch([list(6, [elements([9])])])),
        ("a shadow root after others", batch([list(2, [keep(0, 1), shadow(12)])])),
        ("two shadow roots", batch([list(3, [keep(0, 1), shadow(12)])])),
        ("a shadow root moved back", batch([list(3, [keep(1, 1), keep(0, 1)])])),
        ("a shadow root turned", batch([list(3, [keep_backward(1, 2)])])),
        ("a shadow root in another host", batch([list(3, []), list(4, [ListOp::Moved(vec![10])])])),
        ("a text of an element", Batch { texts: vec![(2, 1)], ..Batch::default() }),
        ("a text of nobody", Batch { texts: vec![(9, 1)], ..Batch::default() }),
        ("an unknown string", Batch { texts: vec![(6, 5)], ..Batch::default() }),
        ("an attribute of a text", Batch { attributes: vec![(6, 1, Some(1))], ..Batch::default() }),
        ("an attribute of an unknown string", Batch { attributes: vec![(2, 1, Some(7))], ..Batch::default() }),
    ] {
        refuses(why, &[base.clone(), deeper.clone(), last]);
    }
}

#[test]
fn after_a_misfit_the_page_is_lost_up_to_the_next_checkpoint() {
    let mut writer = PageWriter::new();
    let mut cursor = {
        writer.checkpoint(0);
        writer.shape("p", &[]);
        writer.dom(&Batch { at: 1, ..batch([list(1, [elements([2, 3])])]) });
        writer.dom(&Batch { at: 2, ..batch([list(9, [])]) });
        writer.dom(&Batch { at: 3, ..batch([list(1, [elements([4])])]) });
        writer.checkpoint(4);
        writer.shape("p", &[]);
        writer.dom(&Batch { at: 5, ..batch([list(1, [elements([5])])]) });
        Cursor::new(&writer.page())
    };
    let gaps = |events: &[Event]| events.iter().filter(|event| matches!(event.what, What::Gap { .. })).count();
    assert_eq!(gaps(&cursor.next(1)), 0);
    assert_eq!(gaps(&cursor.next(3)), 1);
    assert!(cursor.seek(3).gap);
    assert_eq!(ids(&cursor.seek(3)), [(1, 0), (2, 1), (3, 1)], "what was known is still shown");
    assert_eq!(gaps(&cursor.next(5)), 0);
    assert!(!cursor.seek(5).gap);
    assert_eq!(ids(&cursor.seek(5)), [(1, 0), (5, 1)]);
}

#[test]
fn children_leave_a_parent_that_goes() {
    // <2><3/><4/></2> becomes <4/><9><3/></9>: the list of 2 is not in the batch, because 2 is gone.
    let base = batch([list(
        1,
        [ListOp::New(vec![
            Token::Element { id: 2, shape: 0 },
            Token::Element { id: 3, shape: 0 },
            Token::End,
            Token::Element { id: 4, shape: 0 },
            Token::End,
            Token::End,
        ])],
    )]);
    let wrap = ListOp::New(vec![Token::Element { id: 9, shape: 0 }, Token::Moved { id: 3 }, Token::End]);
    let mut played = play(&[base, batch([list(1, [ListOp::Moved(vec![4]), wrap])])]);
    let events = played.steps(2);
    assert_eq!(events.last().unwrap().what, What::Remove { id: 2 });
    assert_eq!(ids(&played.cursor.seek(2)), [(1, 0), (4, 1), (9, 1), (3, 9)]);
}

#[test]
fn a_parent_and_its_child_change_places() {
    // <2><3/></2><4/> becomes <3><2/></3><4/>, the deepest list first in the batch.
    let inner = vec![Token::Element { id: 2, shape: 0 }, Token::Element { id: 3, shape: 0 }, Token::End, Token::End];
    let base = batch([list(1, [ListOp::New(inner), elements([4])])]);
    let change = batch([list(3, [ListOp::Moved(vec![2])]), list(2, []), list(1, [ListOp::Moved(vec![3]), keep(1, 1)])]);
    let mut played = play(&[base, change]);
    played.steps(2);
    assert_eq!(ids(&played.cursor.seek(2)), [(1, 0), (3, 1), (2, 3), (4, 1)]);
}

#[test]
fn an_id_comes_again_after_its_node_is_gone() {
    let batches = [
        batch([list(1, [elements([2, 3])])]),
        batch([list(1, [keep(1, 1)])]),
        batch([list(1, [elements([2]), keep(0, 1)])]),
    ];
    let mut played = play(&batches);
    played.steps(3);
    assert_eq!(ids(&played.cursor.seek(3)), [(1, 0), (2, 1), (3, 1)]);
}

#[test]
fn nothing_is_put_before_a_shadow_root() {
    let base = batch([list(
        1,
        [ListOp::New(vec![
            Token::Element { id: 2, shape: 0 },
            Token::ShadowRoot { id: 3, flags: 3 },
            Token::End,
            Token::Element { id: 4, shape: 0 },
            Token::End,
            Token::End,
        ])],
    )]);
    let mut played = play(&[base, batch([list(2, [keep(0, 1), elements([5]), keep(1, 1)])])]);
    let events = played.steps(2);
    assert!(matches!(&events[..], [Event { what: What::Insert { parent: 2, before: 4, .. }, .. }]), "{events:?}");
    let shown = played.cursor.seek(2).nodes;
    let root = Node { id: 3, parent: 2, what: NodeKind::ShadowRoot { closed: true, delegates_focus: true } };
    assert_eq!(shown[2], root);
}

/// Length of a longest strictly ascending subsequence, the slow way.
fn longest_ascending(values: &[u32]) -> usize {
    let mut best = vec![0; values.len()];
    for i in 0..values.len() {
        best[i] = 1 + (0..i).filter(|j| values[*j] < values[i]).map(|j| best[j]).max().unwrap_or(0);
    }
    best.into_iter().max().unwrap_or(0)
}

/// `order` (old places) as runs, cut further where `cuts` says so.
fn runs(order: &[u32], cuts: &[bool]) -> Vec<ListOp> {
    let mut ops: Vec<ListOp> = Vec::new();
    for (place, cut) in order.iter().zip(cuts) {
        match ops.last_mut() {
            Some(ListOp::Keep { start, count, backward: false }) if !cut && *start + *count == *place => *count += 1,
            Some(ListOp::Keep { start, count, backward: true }) if !cut && *start == *place + *count => *count += 1,
            Some(ListOp::Keep { start, count: count @ 1, backward }) if !cut && *start == *place + 1 => {
                (*count, *backward) = (2, true);
            }
            _ => ops.push(keep(*place, 1)),
        }
    }
    ops
}

fn orders() -> impl Strategy<Value = (Vec<u32>, Vec<bool>)> {
    (1..14_u32).prop_flat_map(|count| Just((0..count).collect::<Vec<_>>()).prop_shuffle()).prop_flat_map(|order| {
        let len = order.len();
        let turned = (Just(order), 0..=len, 0..=len, 0..=len).prop_map(|(mut order, from, to, kept)| {
            // Sorted and reversed stretches are rare among shuffled ones.
            let (from, to) = (from.min(to), from.max(to));
            order[from..to].sort_unstable();
            order[..from].sort_unstable_by(|a, b| b.cmp(a));
            order.truncate(kept.max(1));
            order
        });
        (turned, vec(prop::bool::weighted(0.2), len))
    })
}

/// Batches over few ids, so that they meet.
fn batches() -> impl Strategy<Value = Batch> {
    let id = 0..12_u32;
    let token = prop_oneof![
        3 => id.clone().prop_map(|id| Token::Element { id, shape: 0 }),
        2 => Just(Token::End),
        1 => id.clone().prop_map(|id| Token::Text { id, text: 1 }),
        1 => id.clone().prop_map(|id| Token::Moved { id }),
        1 => id.clone().prop_map(|id| Token::Comment { id }),
        1 => (id.clone(), 0..4_u32).prop_map(|(id, flags)| Token::ShadowRoot { id, flags }),
    ];
    let new = vec(token, 1..8).prop_map(|tokens| ListOp::New(balanced(tokens)));
    let op = prop_oneof![
        4 => (0..4_u32, 0..5_u32, any::<bool>()).prop_map(|(start, count, backward)| {
            ListOp::Keep { start, count: count.max(u32::from(!backward)), backward }
        }),
        2 => vec(id.clone(), 1..4).prop_map(ListOp::Moved),
        3 => new,
    ];
    let lists = vec((select(vec![1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), vec(op, 0..5)), 0..4)
        .prop_map(|lists| lists.into_iter().map(|(parent, ops)| List { parent, ops }).collect());
    let attributes = vec((id.clone(), 0..3_u32, prop::option::of(0..3_u32)), 0..2);
    let texts = vec((id, 0..3_u32), 0..2);
    (lists, prop::option::weighted(0.2, (attributes, texts))).prop_map(|(lists, rest)| {
        let (attributes, texts) = rest.unwrap_or_default();
        Batch { at: 0, lists, attributes, texts }
    })
}

/// Every open token closed, nothing closed that is not open.
fn balanced(tokens: Vec<Token>) -> Vec<Token> {
    let mut open = 0;
    let mut balanced: Vec<Token> = Vec::new();
    for token in tokens {
        match token {
            Token::Element { .. } | Token::ShadowRoot { .. } | Token::Document { .. } => open += 1,
            Token::End if open == 0 => continue,
            Token::End => open -= 1,
            _ => {}
        }
        balanced.push(token);
    }
    balanced.extend(vec![Token::End; open]);
    balanced
}

/// Batches as a reader may give them: any numbers, but shapes defined in order.
fn readable() -> impl Strategy<Value = (Batch, Vec<Shape>)> {
    let pairs = || vec((any::<u32>(), any::<u32>()), 0..4);
    let shape = (any::<u8>(), any::<u32>(), pairs()).prop_map(|(namespace, tag, attributes)| Shape {
        namespace,
        tag,
        attributes,
    });
    let value = 0..1_u32 << 29;
    // The first of three says whether a shape is a new one.
    let token = prop_oneof![
        4 => (any::<bool>(), any::<bool>(), any::<u32>(), any::<u32>()).prop_map(|(is_new, is_blocked, a, b)| {
            let shape = u32::from(is_new);
            if is_blocked {
                Token::Blocked { id: 0, shape, width: a, height: b }
            } else {
                Token::Element { id: 0, shape }
            }
        }),
        3 => Just(Token::End),
        1 => value.clone().prop_map(|text| Token::Text { id: 0, text }),
        1 => value.clone().prop_map(|text| Token::Doctype { id: 0, text }),
        1 => value.clone().prop_map(|id| Token::Moved { id }),
        1 => value.clone().prop_map(|flags| Token::Document { id: 0, flags }),
        1 => value.prop_map(|flags| Token::ShadowRoot { id: 0, flags }),
        1 => Just(Token::Comment { id: 0 }),
    ];
    let op = prop_oneof![
        (any::<u32>(), 1..1_u32 << 30, any::<bool>()).prop_map(|(start, count, backward)| ListOp::Keep {
            start,
            count,
            backward
        }),
        vec(any::<u32>(), 0..4).prop_map(ListOp::Moved),
        vec(token, 0..12).prop_map(|tokens| ListOp::New(balanced(tokens))),
    ];
    let lists = vec((any::<u32>(), vec(op, 0..5)).prop_map(|(parent, ops)| List { parent, ops }), 0..4);
    let attributes = vec((any::<u32>(), any::<u32>(), prop::option::of(0..u32::MAX)), 0..4);
    let ids = vec((0..100_u32, 0..5_u32), 60);
    (any::<u32>(), lists, attributes, pairs(), vec(shape, 60), ids).prop_map(
        |(at, mut lists, attributes, texts, shapes, ids)| {
            let mut last_id = 0;
            let mut ids = ids.into_iter().cycle();
            let mut known = 0;
            let tokens = lists.iter_mut().flat_map(|list| &mut list.ops).flat_map(|op| match op {
                ListOp::New(tokens) => tokens.as_mut_slice(),
                _ => &mut [],
            });
            for token in tokens {
                match token {
                    Token::Element { id, shape } | Token::Blocked { id, shape, .. } => {
                        if *shape == 1 && known < 60 || known == 0 {
                            *shape = known;
                            known += 1;
                        } else {
                            *shape = last_id % known;
                        }
                        *id = 0;
                    }
                    _ => {}
                }
                if let Token::Element { id, .. }
                | Token::Blocked { id, .. }
                | Token::Text { id, .. }
                | Token::Doctype { id, .. }
                | Token::ShadowRoot { id, .. }
                | Token::Document { id, .. }
                | Token::Comment { id } = token
                {
                    let (jump, jumps) = ids.next().unwrap();
                    last_id += if jumps == 0 { jump } else { 1 };
                    *id = last_id;
                }
            }
            (Batch { at, lists, attributes, texts }, shapes[..known as usize].to_vec())
        },
    )
}

proptest! {
    #[test]
    fn a_new_order_takes_as_few_moves_as_can_be((order, cuts) in orders()) {
        let count = order.iter().max().unwrap() + 1;
        let mut played = play(&[batch([list(1, [elements(2..2 + count)])]), batch([list(1, runs(&order, &cuts))])]);
        let events = played.steps(2);
        let shown: Vec<u32> = ids(&played.cursor.seek(2)).iter().skip(1).map(|(id, _)| id - 2).collect();
        prop_assert_eq!(&shown, &order);
        let moves = events.iter().filter(|event| matches!(event.what, What::Move { .. })).count();
        prop_assert_eq!(moves, order.len() - longest_ascending(&order));
    }

    #[test]
    fn a_batch_is_refused_or_told_as_it_is_shown(batches in vec(batches(), 1..30)) {
        let tokens = [Token::Element { id: 3, shape: 0 }, Token::Element { id: 5, shape: 0 }, Token::End, Token::End];
        let mut taken = vec![batch([list(1, [elements([2]), ListOp::New(tokens.to_vec()), elements([4])])])];
        for batch in batches {
            taken.push(batch);
            let mut played = play(&taken);
            played.steps(taken.len() - 1);
            if played.step().is_none() {
                taken.pop();
            }
        }
    }

    #[test]
    fn a_batch_comes_back_as_it_was_written((batch, shapes) in readable()) {
        let body = encode(&batch, &mut 0, &shapes);
        let mut read_shapes = Vec::new();
        prop_assert_eq!(read(&body, &mut read_shapes), Some(batch));
        prop_assert_eq!(read_shapes, shapes);
        for len in 0..body.len() {
            prop_assert_eq!(read(&body[..len], &mut Vec::new()), None, "{} of {} bytes", len, body.len());
        }
    }

    #[test]
    fn arbitrary_and_changed_bytes_never_panic(
        (batch, shapes) in readable(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        bytes in vec(any::<u8>(), 0..200),
    ) {
        let _ = read(&bytes, &mut Vec::new());
        let mut body = encode(&batch, &mut 0, &shapes);
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(batch) = read(&body, &mut Vec::new()) {
            let tokens = batch.lists.iter().flat_map(|list| &list.ops).map(|op| match op {
                ListOp::New(tokens) => tokens.len(),
                ListOp::Moved(ids) => ids.len(),
                ListOp::Keep { .. } => 1,
            });
            prop_assert!(tokens.sum::<usize>() <= body.len());
        }
    }
}
