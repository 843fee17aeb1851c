"""Reads feeds and a calendar as unrelated programs do: feedparser, newsboat and icalendar."""

import datetime
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request

import feedparser
import icalendar


def get(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def read_feed(url: str, count: int) -> list[tuple[str, str]]:
    feed = feedparser.parse(get(url))
    assert not feed.bozo, (url, feed.bozo_exception)
    assert feed.feed.title and feed.feed.link, (url, feed.feed)
    assert len(feed.entries) == count, (url, len(feed.entries))
    for entry in feed.entries:
        assert entry.title and entry.id and entry.link.startswith("http"), (url, entry)
        assert entry.get("published_parsed") or entry.get("updated_parsed"), (url, entry)
    assert any(entry.enclosures for entry in feed.entries), url
    return [(entry.title, entry.link) for entry in feed.entries]


def read_with_newsboat(url: str, titles: list[str]) -> None:
    # A cache of its own: newsboat keeps an entry that two feeds have under one of them.
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "urls").write_text(url + "\n")
        (folder / "config").write_text("")
        files = ["-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config"]
        subprocess.run(["newsboat", *files, "-x", "reload"], check=True)
        with sqlite3.connect(folder / "cache.db") as cache:
            found = [title for (title,) in cache.execute("select title from rss_item")]
        assert sorted(found) == sorted(titles), (url, found)


def read_calendar(url: str) -> None:
    calendar = icalendar.Calendar.from_ical(get(url))
    events = calendar.walk("VEVENT")
    assert len(events) == 2, events
    for event in events:
        assert not event.errors, event.errors
        start, end = event.decoded("DTSTART"), event.decoded("DTEND", None)
        assert end is None or end > start, event
        assert str(event["SUMMARY"]) and str(event["UID"]), event
        assert event.decoded("DTSTAMP").tzinfo is not None, event
    days = [event.decoded("DTSTART") for event in events]
    assert any(type(day) is datetime.date for day in days), days
    assert any(type(day) is datetime.datetime for day in days), days


def main(site: str) -> None:
    atom = read_feed(f"{site}/feed.atom", 3)
    assert read_feed(f"{site}/feed.rss", 3) == atom
    assert [title for title, _ in atom] == ['研发 & "测试" 的通知', "第二条", "第一条"], atom
    assert len(read_feed(f"{site}/feed.rss?q=%E7%A0%94%E5%8F%91", 1)) == 1
    for name in ["feed.atom", "feed.rss"]:
        read_with_newsboat(f"{site}/{name}", [title for title, _ in atom])
    read_calendar(f"{site}/deadlines.ics")


main(sys.argv[1])
