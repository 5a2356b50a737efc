"""Nothing waits that need not: neither packets on their way nor whoever asks for tables to print."""

import socket

from urllib3.connection import HTTPSConnection
from yt_dlp import YoutubeDL

from audiophrase.youtube.client import Client, Fetched, Video

ID = "-_aBcDeFg0-"


def test_no_packet_is_held_back_on_the_way_through_a_proxy(fake, monkeypatch):
    options, connect = [], HTTPSConnection.connect

    def connect_and_look(connection):
        connect(connection)
        options.append(connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(HTTPSConnection, "connect", connect_and_look)
    client = Client(timeout_s=20, javascript=False)
    assert isinstance(client.fetch(client.resolve(ID), 3, 13), Fetched)
    client.close()
    assert len(options) == fake.n_connections > 0
    assert all(options)


def test_no_table_of_formats_is_made_for_nobody(fake, monkeypatch):
    tables = []
    monkeypatch.setattr(YoutubeDL, "render_formats_table", lambda *_: tables.append("formats"))
    client = Client(timeout_s=20, javascript=False)
    assert isinstance(client.resolve(ID), Video)
    client.close()
    assert tables == []
