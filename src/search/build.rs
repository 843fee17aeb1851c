//! Builds new segments: of documents, or of other segments. A file gets its name only once all of it is on the disk.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read as _, Seek as _, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    document::Document,
    postings,
    segment::{Foot, Line, Row, Segment},
    table::Table,
};

/// The number of lines of a directory that are read at once.
const LINES: u64 = 2048;

/// Writes a segment of documents, each with a different number.
pub(super) fn of_documents(path: &Path, documents: &[Document]) -> io::Result<()> {
    let mut pairs: Vec<(u64, u64)> = Vec::new();
    for document in documents {
        pairs.extend(document.grams.iter().map(|gram| (*gram, document.id)));
    }
    pairs.sort_unstable();
    let mut writer = Writer::new(path)?;
    for list in pairs.chunk_by(|one, other| one.0 == other.0) {
        let ids: Vec<u64> = list.iter().map(|(_, id)| *id).collect();
        writer.list(list[0].0, &ids)?;
    }
    let rows = documents.iter().map(|document| Row {
        id: document.id,
        newest_ms: document.newest_ms,
        state: document.state,
        sources: document.sources.clone(),
    });
    writer.finish(&rows.collect::<Vec<_>>())
}

/// Writes one segment in place of several, without the outdated rows of each bulletin.
pub(super) fn of_segments(path: &Path, segments: &[Arc<Segment>], table: &Table) -> io::Result<()> {
    let mut cursors: Vec<Cursor<'_>> = segments.iter().map(|it| Cursor::new(it)).collect();
    let mut writer = Writer::new(path)?;
    while let Some(gram) = first_gram(&mut cursors)? {
        let ids = merged_list(&mut cursors, gram, table)?;
        if !ids.is_empty() {
            writer.list(gram, &ids)?;
        }
    }
    let is_merged = |id: &u64| {
        let entry = table.get(*id);
        entry.is_some_and(|entry| segments.iter().any(|it| it.number == entry.segment))
    };
    let live = table.ids().filter(is_merged);
    writer.finish(&live.filter_map(|id| table.row(id)).collect::<Vec<_>>())
}

/// Returns the lowest gram that a cursor has reached; `None` if all are at the end.
fn first_gram(cursors: &mut [Cursor<'_>]) -> io::Result<Option<u64>> {
    let mut first = None;
    for cursor in cursors {
        let gram = cursor.line()?.map(|line| line.gram);
        first = first.into_iter().chain(gram).min();
    }
    Ok(first)
}

/// Returns the bulletins that hold `gram`, in order, from the segments that are not outdated for them; the cursors
/// at it advance.
fn merged_list(cursors: &mut [Cursor<'_>], gram: u64, table: &Table) -> io::Result<Vec<u64>> {
    let mut ids = Vec::new();
    for cursor in cursors {
        let Some(line) = cursor.line()?.filter(|line| line.gram == gram) else {
            continue;
        };
        for id in postings::Decoder::new(&cursor.segment.list(line)?) {
            let id = id?;
            let entry = table.get(id);
            if entry.is_some_and(|entry| entry.segment == cursor.segment.number) {
                ids.push(id);
            }
        }
        cursor.advance();
    }
    ids.sort_unstable();
    Ok(ids)
}

/// A cursor that goes through the directory of a segment.
struct Cursor<'a> {
    segment: &'a Segment,
    lines: std::vec::IntoIter<Line>,
    line: Option<Line>,
    /// The number of lines that were read.
    read: u64,
}

impl<'a> Cursor<'a> {
    fn new(segment: &'a Segment) -> Self {
        Self {
            segment,
            lines: Vec::new().into_iter(),
            line: None,
            read: 0,
        }
    }

    /// Returns the line at its place; `None` at the end.
    fn line(&mut self) -> io::Result<Option<Line>> {
        if self.line.is_none() {
            if self.lines.len() == 0 && self.read < self.segment.grams() {
                let lines = self.segment.lines(self.read, LINES)?;
                self.read += lines.len() as u64;
                self.lines = lines.into_iter();
            }
            self.line = self.lines.next();
        }
        Ok(self.line)
    }

    fn advance(&mut self) {
        self.line = None;
    }
}

/// A segment that is being built: lists are written into one file, the directory into another one that is appended
/// at the end.
struct Writer {
    path: PathBuf,
    temporary: PathBuf,
    lists: Hashed,
    directory_path: PathBuf,
    directory: BufWriter<File>,
    grams: u64,
    bytes: Vec<u8>,
}

struct Hashed {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    length: u64,
}

impl Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

impl Writer {
    fn new(path: &Path) -> io::Result<Self> {
        let temporary = path.with_extension("new");
        let directory_path = path.with_extension("directory");
        let directory = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&directory_path)?;
        Ok(Self {
            lists: Hashed {
                file: BufWriter::new(File::create(&temporary)?),
                hasher: blake3::Hasher::new(),
                length: 0,
            },
            path: path.to_owned(),
            temporary,
            directory: BufWriter::new(directory),
            directory_path,
            grams: 0,
            bytes: Vec::new(),
        })
    }

    fn list(&mut self, gram: u64, ids: &[u64]) -> io::Result<()> {
        self.bytes.clear();
        postings::encode(ids, &mut self.bytes);
        let length = u32::try_from(self.bytes.len()).map_err(io::Error::other)?;
        let line = Line::new(gram, self.lists.length, length);
        self.directory.write_all(&line.bytes())?;
        self.grams += 1;
        self.lists.write(&self.bytes)
    }

    fn finish(mut self, rows: &[Row]) -> io::Result<()> {
        let directory_at = self.lists.length;
        let directory = self.directory.into_inner().map_err(io::Error::other)?;
        append(&mut self.lists, directory)?;
        let rows_at = self.lists.length;
        let rows = postcard::to_stdvec(rows).map_err(io::Error::other)?;
        self.lists.write(&rows)?;
        let foot = Foot {
            directory_at,
            grams: self.grams,
            rows_at,
            rows_length: rows.len() as u64,
        };
        self.lists.write(&foot.bytes())?;
        let hash = self.lists.hasher.finalize();
        self.lists.file.write_all(hash.as_bytes())?;
        let file = self.lists.file.into_inner().map_err(io::Error::other)?;
        file.sync_all()?;
        fs::rename(&self.temporary, &self.path)?;
        fs::remove_file(&self.directory_path)
    }
}

fn append(to: &mut Hashed, mut directory: File) -> io::Result<()> {
    directory.rewind()?;
    let mut directory = BufReader::new(directory);
    let mut part = [0; 16 << 10];
    loop {
        match directory.read(&mut part)? {
            0 => return Ok(()),
            read => to.write(&part[..read])?,
        }
    }
}
