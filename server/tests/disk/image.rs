//! What a disk may hold after the power failed.
//!
//! The model, for each file on its own:
//! - What was there when an fsync of it began that succeeded, is there.
//! - Of what was written since, each sector of 512 bytes is as any one of those writes left it, or as it was before all
//!   of them, or torn: its beginning as one of them left it, and the rest as another did, or junk. No order between
//!   sectors, or between files, is kept.
//! - Its length is any that it has had since. What is within it and was never written is zeros or junk.
//! - Bytes that no write touched stay as they are, also beside written ones in the same sector. SQLite counts on this
//!   ("powersafe overwrite"), as every database does that doesn't write whole sectors.
//! - An fsync that failed promises nothing for good: what became of each sector is decided then, and a later fsync that
//!   succeeds doesn't write it again. So it is on Linux, whose page cache takes it for written.
//!
//! For names: what was made, renamed or removed in a folder is so once the folder was synced after it. Of what was done
//! since, any part may have happened, in order; an fsync of the file itself makes no name durable, although many file
//! systems do. A rename is atomic, as on every file system with a journal.
//!
//! `-shm` files are SQLite's shared memory and not written but mapped. What is in one after a cut is arbitrary here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::journal::Note;

const SECTOR: usize = 512;

/// What becomes of all that no fsync was promised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is gone.
    Gone,
    /// It is all there.
    Kept,
    /// Each file for itself: gone, kept or mixed.
    Mixed,
    /// It is there up to some change, which is torn, and nothing after it: a disk that keeps the order.
    Ordered,
}

impl Fate {
    pub(crate) const ALL: [Self; 4] = [Self::Gone, Self::Mixed, Self::Kept, Self::Ordered];
}

#[derive(Clone, Debug)]
struct Change {
    /// Its place in the journal.
    order: usize,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Write { at: usize, bytes: Vec<u8> },
    Resize { length: usize },
}

impl What {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => {
                content.resize(content.len().max(at + bytes.len()), 0);
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Self::Resize { length } => content.resize(*length, 0),
        }
    }
}

/// A file without its name.
#[derive(Clone, Debug, Default)]
struct File {
    /// What a program reads.
    now: Vec<u8>,
    /// What is on the disk for certain.
    kept: Vec<u8>,
    /// What isn't, in order.
    pending: Vec<Change>,
}

impl File {
    fn change(&mut self, order: usize, what: What) {
        what.apply(&mut self.now);
        self.pending.push(Change { order, what });
    }

    fn synced(&mut self, before: usize) {
        for change in self.pending.extract_if(.., |change| change.order < before) {
            change.what.apply(&mut self.kept);
        }
    }

    fn not_synced(&mut self, before: usize, rng: &mut ChaCha8Rng) {
        let later = self.pending.split_off(self.pending.partition_point(|change| change.order < before));
        self.kept = self.mixed(rng);
        self.pending = later;
    }

    fn after_cut(&self, fate: Fate, last: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
        match fate {
            Fate::Gone => self.kept.clone(),
            Fate::Kept => self.applied(usize::MAX, rng),
            Fate::Ordered => self.applied(last, rng),
            Fate::Mixed => match rng.random_range(0..4) {
                0 => self.kept.clone(),
                1 => self.applied(usize::MAX, rng),
                _ => self.mixed(rng),
            },
        }
    }

    /// With the changes up to the one at `last`, which is torn.
    fn applied(&self, last: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut content = self.kept.clone();
        for change in self.pending.iter().filter(|change| change.order <= last) {
            match &change.what {
                What::Write { at, bytes } if change.order == last => {
                    let torn = bytes[..rng.random_range(0..=bytes.len())].to_vec();
                    What::Write { at: *at, bytes: torn }.apply(&mut content);
                }
                what => what.apply(&mut content),
            }
        }
        content
    }

    /// With each sector for itself.
    fn mixed(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut lengths = vec![self.kept.len()];
        for Change { what, .. } in &self.pending {
            let length = lengths[lengths.len() - 1];
            lengths.push(match what {
                What::Write { at, bytes } => length.max(at + bytes.len()),
                What::Resize { length } => *length,
            });
        }
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let mut content = self.kept.clone();
        content.resize(longest, 0);
        if rng.random_bool(0.5) {
            rng.fill(&mut content[self.kept.len()..]);
        }
        // What each change did to the sectors that it touched: a resize to all that it cut off or drew out.
        let mut touched: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, Change { what, .. }) in self.pending.iter().enumerate() {
            let range = match what {
                What::Write { at, bytes } => *at..at + bytes.len(),
                What::Resize { length } => *length..lengths[number].max(*length),
            };
            for sector in range.start / SECTOR..range.end.div_ceil(SECTOR) {
                touched.entry(sector).or_default().push(number);
            }
        }
        for (sector, changes) in touched {
            let range = sector * SECTOR..((sector + 1) * SECTOR).min(longest);
            let version = |count: usize| self.sector(range.clone(), &content[range.clone()], &changes[..count]);
            let mut any = || version(rng.random_range(0..=changes.len()));
            let (mut chosen, other) = (any(), any());
            if rng.random_bool(0.25) {
                let torn = rng.random_range(0..=chosen.len());
                chosen[torn..].copy_from_slice(&other[torn..]);
                if rng.random_bool(0.5) {
                    // Junk, but only where something was being written.
                    let written = version(changes.len());
                    let before = content[range.clone()].to_vec();
                    for at in torn..chosen.len() {
                        if written[at] != before[at] {
                            chosen[at] = rng.random();
                        }
                    }
                }
            }
            content[range].copy_from_slice(&chosen);
        }
        let length = if rng.random_bool(0.5) { lengths.len() - 1 } else { rng.random_range(0..lengths.len()) };
        content.truncate(lengths[length]);
        content
    }

    /// A sector, after some of the changes.
    fn sector(&self, range: Range<usize>, before: &[u8], changes: &[usize]) -> Vec<u8> {
        let mut sector = before.to_vec();
        for &number in changes {
            match &self.pending[number].what {
                What::Write { at, bytes } => {
                    for place in range.start.max(*at)..range.end.min(at + bytes.len()) {
                        sector[place - range.start] = bytes[place - at];
                    }
                }
                What::Resize { length } => {
                    for place in range.start.max(*length)..range.end {
                        sector[place - range.start] = 0;
                    }
                }
            }
        }
        sector
    }
}

/// A file, by its number; a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder,
}

#[derive(Clone, Debug)]
enum Naming {
    Made { path: String, node: Node },
    Renamed { from: String, to: String },
    Unlinked { path: String },
}

impl Naming {
    fn folder(&self) -> &str {
        let (Self::Made { path, .. } | Self::Renamed { from: path, .. } | Self::Unlinked { path }) = self;
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn apply(&self, names: &mut BTreeMap<String, Node>) {
        match self {
            Self::Made { path, node } => {
                names.insert(path.clone(), *node);
            }
            Self::Renamed { from, to } => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
            Self::Unlinked { path } => {
                names.remove(path);
            }
        }
    }
}

/// A disk: what programs see of it, and what is kept if the power fails now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    files: Vec<File>,
    now: BTreeMap<String, Node>,
    kept: BTreeMap<String, Node>,
    pending: Vec<(usize, Naming)>,
    /// What the last note was about, and which part of it. The process may have died before it did that.
    last: Option<(Node, Range<usize>)>,
    notes: usize,
}

impl Disk {
    /// Does what a process did. Returns how many writes the file at `watched` got.
    pub(crate) fn replay(&mut self, notes: &[Note], watched: &str, rng: &mut ChaCha8Rng) -> usize {
        let mut handles = BTreeMap::new();
        let mut count = 0;
        // Each process counts from nothing; what comes from one before is older than all of it.
        let start = self.notes;
        for (order, note) in (start..).zip(notes) {
            self.last = None;
            match note {
                Note::Opened { handle, path, created, emptied, folder } => {
                    if *created {
                        let node = Node::File(self.files.len());
                        self.files.push(File::default());
                        self.name(order, Naming::Made { path: path.clone(), node });
                    }
                    let node = if *folder { Node::Folder } else { self.now[path] };
                    handles.insert(*handle, (node, path.clone()));
                    if let (true, Node::File(file)) = (*emptied && !*created, node) {
                        self.files[file].change(order, What::Resize { length: 0 });
                    }
                }
                Note::Written { handle, at, bytes } => {
                    let (node, path) = &handles[handle];
                    count += usize::from(path == watched);
                    self.change(order, *node, What::Write { at: *at, bytes: bytes.clone() });
                }
                Note::Resized { handle, length } => {
                    self.change(order, handles[handle].0, What::Resize { length: *length });
                }
                Note::Synced { handle, before } => match &handles[handle] {
                    (Node::File(file), _) => self.files[*file].synced(start + before),
                    (Node::Folder, folder) => {
                        let synced = |(order, naming): &mut (usize, Naming)| {
                            *order < start + before && naming.folder() == folder
                        };
                        for (_, naming) in self.pending.extract_if(.., synced) {
                            naming.apply(&mut self.kept);
                        }
                    }
                },
                Note::NotSynced { handle, before } => {
                    if let (Node::File(file), _) = handles[handle] {
                        self.files[file].not_synced(start + before, rng);
                    }
                }
                Note::Renamed { from, to } => {
                    self.name(order, Naming::Renamed { from: from.clone(), to: to.clone() });
                }
                Note::Unlinked { path } => self.name(order, Naming::Unlinked { path: path.clone() }),
                Note::Folder { path } => self.name(order, Naming::Made { path: path.clone(), node: Node::Folder }),
            }
        }
        self.notes += notes.len();
        count
    }

    fn change(&mut self, order: usize, node: Node, what: What) {
        let Node::File(file) = node else { panic!("a folder isn't written") };
        let range = match &what {
            What::Write { at, bytes } => *at..at + bytes.len(),
            What::Resize { length } => *length..usize::MAX,
        };
        self.files[file].change(order, what);
        self.last = Some((node, range));
    }

    fn name(&mut self, order: usize, naming: Naming) {
        naming.apply(&mut self.now);
        self.pending.push((order, naming));
        self.last = Some((Node::Folder, 0..usize::MAX));
    }

    /// Holds what programs should see against what they do see: whether the shim missed something. What was in the
    /// middle of it when the process died may have happened or not.
    pub(crate) fn compare(&self, folder: &Path) {
        let there: BTreeSet<_> = names_below(folder, "").into_iter().collect();
        let unsure =
            |of: Node| self.last.as_ref().filter(|(node, _)| *node == of).map_or(0..0, |(_, range)| range.clone());
        if unsure(Node::Folder).is_empty() {
            assert_eq!(there, self.now.keys().cloned().collect(), "the shim missed a change of names");
        }
        for (path, &node) in self.now.iter().filter(|(path, _)| there.contains(*path) && !path.ends_with("-shm")) {
            if let Node::File(file) = node {
                let (content, noted, unsure) =
                    (fs::read(folder.join(path)).unwrap(), &self.files[file].now, unsure(node));
                let before = |content: &[u8]| content[..unsure.start.min(content.len())].to_vec();
                let after = |content: &[u8]| content[unsure.end.min(content.len())..].to_vec();
                let same = before(&content) == before(noted) && after(&content) == after(noted);
                assert!(same, "the shim missed a change of {path}");
            }
        }
    }

    /// What is there when the power is back.
    pub(crate) fn after_cut(&self, fate: Fate, rng: &mut ChaCha8Rng) -> Self {
        let orders = self.files.iter().flat_map(|file| &file.pending).map(|change| change.order);
        let orders: Vec<_> = orders.chain(self.pending.iter().map(|(order, _)| *order)).collect();
        let last = if orders.is_empty() { 0 } else { orders[rng.random_range(0..orders.len())] };
        let mut names = self.kept.clone();
        for (order, naming) in &self.pending {
            let happened = match fate {
                Fate::Gone => false,
                Fate::Kept => true,
                Fate::Ordered => *order <= last,
                Fate::Mixed => rng.random_bool(0.5),
            };
            if happened {
                naming.apply(&mut names);
            }
        }
        let mut after = Self::default();
        for (path, node) in &names {
            let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
            if !parents.clone().all(|folder| names.contains_key(folder)) {
                continue;
            }
            let node = match node {
                Node::Folder => Node::Folder,
                Node::File(file) => {
                    let kept = if path.ends_with("-shm") {
                        let mut junk = vec![0; [0, 3, 4096, 32768][rng.random_range(0..4)]];
                        rng.fill(&mut junk[..]);
                        junk
                    } else {
                        self.files[*file].after_cut(fate, last, rng)
                    };
                    after.files.push(File { now: kept.clone(), kept, pending: Vec::new() });
                    Node::File(after.files.len() - 1)
                }
            };
            after.now.insert(path.clone(), node);
        }
        after.kept.clone_from(&after.now);
        after
    }

    /// Puts it on the machine's real one.
    pub(crate) fn write_to(&self, folder: &Path) {
        fs::create_dir(folder).unwrap();
        // A folder's name sorts before those in it.
        for (path, node) in &self.now {
            match node {
                Node::Folder => fs::create_dir(folder.join(path)).unwrap(),
                Node::File(file) => fs::write(folder.join(path), &self.files[*file].now).unwrap(),
            }
        }
    }
}

fn names_below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            names.extend(names_below(&entry.path(), &format!("{name}/")));
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn opened(handle: u32, path: &str, created: bool, folder: bool) -> Note {
        Note::Opened { handle, path: path.to_owned(), created, emptied: false, folder }
    }

    fn written(handle: u32, at: usize, byte: u8, length: usize) -> Note {
        Note::Written { handle, at, bytes: vec![byte; length] }
    }

    /// What 500 cuts leave of `f`; `None` where it has no name.
    fn outcomes(notes: &[Note], fate: Fate) -> BTreeSet<Option<Vec<u8>>> {
        let outcome = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut disk = Disk::default();
            disk.replay(notes, "", &mut rng);
            let after = disk.after_cut(fate, &mut rng);
            after.now.get("f").map(|node| match node {
                Node::File(file) => after.files[*file].now.clone(),
                Node::Folder => panic!("it is a file"),
            })
        };
        (0..500).map(outcome).collect()
    }

    /// `f` is there, with two sectors of 1 in it, for certain.
    fn begun() -> Vec<Note> {
        let folder = opened(2, "", false, true);
        let synced = |handle, before| Note::Synced { handle, before };
        vec![opened(1, "f", true, false), written(1, 0, 1, 1024), synced(1, 2), folder, synced(2, 4)]
    }

    #[test]
    fn what_was_synced_is_there_whatever_happens() {
        for fate in Fate::ALL {
            assert_eq!(outcomes(&begun(), fate), [Some(vec![1; 1024])].into(), "{fate:?}");
        }
    }

    #[test]
    fn a_name_is_there_once_its_folder_was_synced() {
        let notes = &begun()[..3];
        assert_eq!(outcomes(notes, Fate::Gone), [None].into());
        assert_eq!(outcomes(notes, Fate::Kept), [Some(vec![1; 1024])].into());
        assert_eq!(outcomes(notes, Fate::Mixed).len(), 2);
        let renamed = Note::Renamed { from: "f".to_owned(), to: "g".to_owned() };
        let notes = [begun(), vec![renamed]].concat();
        assert_eq!(outcomes(&notes, Fate::Mixed), [None, Some(vec![1; 1024])].into());
    }

    #[test]
    fn each_sector_is_old_new_or_torn_where_no_sync_came_after() {
        let notes = [begun(), vec![written(1, 0, 2, 1024)]].concat();
        assert_eq!(outcomes(&notes, Fate::Gone), [Some(vec![1; 1024])].into());
        assert_eq!(outcomes(&notes, Fate::Kept), [Some(vec![2; 1024])].into());
        let mixed = outcomes(&notes, Fate::Mixed);
        for (one, two) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
            let content = [[one; 512], [two; 512]].concat();
            assert!(mixed.contains(&Some(content)), "{one} {two}");
        }
        let half = |content: &Vec<u8>| content[..512].windows(2).any(|pair| pair[0] != pair[1]);
        assert!(mixed.iter().flatten().any(half), "torn");
        assert!(mixed.iter().flatten().any(|content| content.iter().any(|&byte| byte > 2)), "junk");
        let ordered = outcomes(&notes, Fate::Ordered);
        assert!(
            ordered.iter().flatten().all(|content| content.is_sorted_by(|one, two| one >= two)),
            "a beginning of it"
        );
        assert!(ordered.len() > 100);
    }

    #[test]
    fn bytes_beside_a_write_stay_as_they_are() {
        let notes = [begun(), vec![written(1, 100, 2, 200)]].concat();
        for content in outcomes(&notes, Fate::Mixed).iter().flatten() {
            assert!(content[..100].iter().chain(&content[300..]).all(|&byte| byte == 1));
        }
    }

    #[test]
    fn a_later_write_may_be_there_without_an_earlier_one() {
        let notes = [begun(), vec![written(1, 0, 2, 512), written(1, 512, 3, 512)]].concat();
        let content = [[1; 512], [3; 512]].concat();
        assert!(outcomes(&notes, Fate::Mixed).contains(&Some(content)));
    }

    #[test]
    fn a_length_is_any_that_it_was() {
        let notes = [begun(), vec![written(1, 1024, 2, 512), Note::Resized { handle: 1, length: 10 }]].concat();
        let lengths: BTreeSet<_> = outcomes(&notes, Fate::Mixed).iter().flatten().map(Vec::len).collect();
        assert_eq!(lengths, [10, 1024, 1536].into());
    }

    #[test]
    fn what_a_failed_sync_was_about_is_not_saved_by_the_next_one() {
        let failed = vec![written(1, 0, 2, 1024), Note::NotSynced { handle: 1, before: 6 }];
        let later = vec![written(1, 512, 3, 512), Note::Synced { handle: 1, before: 8 }];
        let contents = outcomes(&[begun(), failed, later].concat(), Fate::Kept);
        assert!(contents.iter().flatten().all(|content| content[512..] == [3; 512]), "it is about what came since");
        assert!(contents.iter().flatten().any(|content| content[..512] == [1; 512]));
        assert!(contents.iter().flatten().any(|content| content[..512] == [2; 512]));
    }

    #[test]
    fn what_is_written_while_a_sync_runs_is_not_promised() {
        let notes = [begun(), vec![written(1, 0, 2, 1024), Note::Synced { handle: 1, before: 5 }]].concat();
        assert_eq!(outcomes(&notes, Fate::Gone), [Some(vec![1; 1024])].into());
    }
}
