"""The HTTP routes over a real index with toy models, asked through the real application."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.app import create_app
from api.service import Viscite

BASE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def client(served: Viscite) -> Iterator[TestClient]:
    with TestClient(create_app(served), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def search(client: TestClient, **body: object) -> list[dict[str, object]]:
    reply = client.post("/v1/collections/default/search", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()["hits"]  # type: ignore[no-any-return]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert 'path="/readyz",status="200"' in client.get("/metrics").text


def test_search_by_text_picture_and_kind(client: TestClient, library: Path) -> None:
    assert str(search(client, text="red", kinds=["image"])[0]["path"]).endswith("red.jpg")
    picture = base64.b64encode((library / "blue.png").read_bytes()).decode()
    assert str(search(client, images=[picture], kinds=["image"])[0]["path"]).endswith("blue.png")
    hit = search(client, text="lighthouse keeper", limit=1)[0]
    assert (hit["kind"], hit["page"], hit["rank"]) == ("passage", 1, 1)
    assert {signal["channel"] for signal in hit["signals"]} >= {"semantic", "lexical"}  # type: ignore[attr-defined]


def test_search_with_weights_filters_and_pages(client: TestClient, library: Path) -> None:
    picture = base64.b64encode((library / "blue.png").read_bytes()).decode()
    parts = {"plus": [{"text": "red", "weight": 3}, {"image": picture, "weight": 0.1}], "minus": ["green"]}
    assert str(search(client, **parts, kinds=["image"])[0]["path"]).endswith("red.jpg")
    assert str(search(client, text="red", tags=["blue"])[0]["path"]).endswith("blue.png")
    assert [hit["page"] for hit in search(client, text="red", pages={"from": 1, "to": 1})] == [1]
    assert str(search(client, text="blue", orientations=["portrait"], size={"from": 500})[0]["path"]).endswith(
        "red.jpg"
    )
    assert search(client, text="red", taken={"from": "2019-05"}) == []
    body = {"text": "red", "limit": 1, "offset": 1, "fold": False, "group": True}
    reply = client.post("/v1/collections/default/search", json=body).json()
    assert (reply["offset"], reply["more"], reply["hits"][0]["rank"]) == (1, True, 2)
    assert (reply["hits"][0]["copies"], reply["hits"][0]["others"]) == ([], [])


def test_thumbnails_are_small_upright_and_carry_no_metadata(client: TestClient) -> None:
    hit = search(client, text="red", kinds=["image"], limit=1)[0]
    reply = client.get(f"/v1/collections/default/items/{hit['id']}/thumbnail")
    assert reply.headers["content-type"] == "image/jpeg"
    assert b"private words" not in reply.content
    thumbnail = Image.open(io.BytesIO(reply.content))
    assert thumbnail.size == (171, 256)
    assert not thumbnail.getexif()


def test_a_passage_is_shown_as_its_part_of_the_page(client: TestClient) -> None:
    hit = search(client, text="lighthouse keeper", limit=1)[0]
    address = f"/v1/collections/default/items/{hit['id']}"
    assert client.get(address).json()["text"].startswith("The lighthouse keeper")
    picture = Image.open(io.BytesIO(client.get(f"{address}/image").content))
    assert picture.width > 3 * picture.height


def test_originals_are_attachments(client: TestClient, library: Path) -> None:
    hit = search(client, text="red", kinds=["image"], limit=1)[0]
    reply = client.get(f"/v1/collections/default/items/{hit['id']}/original")
    assert reply.content == (library / "red.jpg").read_bytes()
    assert reply.headers["content-disposition"].startswith("attachment")
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_an_original_that_was_swapped_is_not_served(
    viscite: Viscite, photo: Callable[..., Path], tmp_path: Path
) -> None:
    path = photo("red.jpg")
    viscite.index([path], "default")
    with TestClient(create_app(viscite), base_url=BASE) as client:
        hit = search(client, text="red")[0]
        path.write_bytes(b"something else")
        reply = client.get(f"/v1/collections/default/items/{hit['id']}/original")
    assert reply.status_code == 404
    assert "something else" not in reply.text


def test_collections(client: TestClient) -> None:
    listed = client.get("/v1/collections").json()["collections"]
    assert [(one["name"], one["sources"]) for one in listed] == [("default", 3)]
    assert client.get("/v1/collections/default").json()["items"]["image"] == 2


def test_a_collection_is_deleted_and_its_files_stay(viscite: Viscite, photo: Callable[..., Path]) -> None:
    path = photo("red.jpg")
    viscite.index([path], "mine")
    with TestClient(create_app(viscite), base_url=BASE) as client:
        assert client.delete("/v1/collections/mine").status_code == 204
        assert client.get("/v1/collections/mine").status_code == 404
    assert path.exists()


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/v1/collections/none/search", {"text": "x"}, 404, "viscite index"),
        ("/v1/collections/NO!/search", {"text": "x"}, 422, "name of a collection"),
        ("/v1/collections/default/search", {}, 422, "Nothing to search for"),
        ("/v1/collections/default/search", {"text": "x" * 10_000}, 422, "10,000 characters"),
        ("/v1/collections/default/search", {"text": "x", "limit": 0}, 422, "limit is 0"),
        ("/v1/collections/default/search", {"text": "x", "limit": 10**9}, 422, "limit is"),
        ("/v1/collections/default/search", {"text": "x", "colour": 1}, 422, "colour"),
        ("/v1/collections/default/search", {"images": ["http://example.org/a.jpg"]}, 422, "not fetched"),
        ("/v1/collections/default/search", {"images": ["bm8="]}, 422, "not a picture"),
        ("/v1/collections/default/search", {"minus": ["x"]}, 422, "only left out"),
        ("/v1/collections/default/search", {"plus": [{"text": "x", "weight": -1}]}, 422, "only left out"),
        (
            "/v1/collections/default/search",
            {"text": "x", "minus": [{"text": "y", "weight": -1}]},
            422,
            "without a sign",
        ),
        ("/v1/collections/default/search", {"text": "x", "minus": [{"weight": 1}]}, 422, "either a text or an image"),
        ("/v1/collections/default/search", {"text": "x", "minus": ["x"]}, 422, "cancels"),
        ("/v1/collections/default/search", {"text": "x", "taken": {"from": "2021", "to": "2019"}}, 422, "contradicts"),
        ("/v1/collections/default/search", {"text": "x", "taken": {"from": "' OR 1=1 --"}}, 422, "is no date"),
        ("/v1/collections/default/search", {"text": "x", "pages": {"from": -1}}, 422, "pages"),
        ("/v1/collections/default/search", {"text": "x", "tags": ["' OR 1=1 --"]}, 422, "Nothing has the tag"),
        ("/v1/collections/default/search", {"text": "x", "tags": ["blu"]}, 422, "near it: blue"),
        ("/v1/collections/default/search", {"text": "x", "orientations": ["round"]}, 422, "orientations"),
        ("/v1/collections/default/search", {"text": "x", "offset": 10**6}, 422, "VISCITE_MAX_RESULTS"),
        ("/v1/collections/default/chat", {"messages": []}, 422, "messages"),
        ("/v1/collections/default/chat", {"messages": [{"role": "user", "content": " "}]}, 422, "No question"),
        ("/v1/classify", {"images": [], "labels": ["a"]}, 422, "images"),
        ("/v1/nowhere", {}, 404, "Not Found"),
    ],
)
def test_problems(client: TestClient, path: str, body: dict[str, object], status: int, words: str) -> None:
    reply = client.post(path, json=body)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert words in reply.json()["detail"]


def test_a_body_that_is_too_large(client: TestClient) -> None:
    reply = client.post("/v1/collections/default/search", content=b" " * (65 * 1024 * 1024))
    assert reply.status_code == 413


def test_a_body_of_unknown_length_that_is_too_large(client: TestClient) -> None:
    pieces = (b" " * 1024 * 1024 for _ in range(65))
    reply = client.post("/v1/collections/default/search", content=pieces, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.headers["content-type"]) == (413, "application/problem+json")
    assert "67,108,864 bytes" in reply.json()["detail"]


def test_this_machine_is_answered_by_version_six_too(client: TestClient) -> None:
    assert client.get("/v1/collections", headers={"host": "[::1]:8750"}).status_code == 200


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/v1/collections", headers={"host": "attacker.example"}).status_code == 400


def test_classify_by_multipart_and_json(client: TestClient, library: Path) -> None:
    data = (library / "blue.png").read_bytes()
    multipart = client.post("/v1/classify", files={"images": ("b.png", data)}, data={"labels": "red, blue ,green"})
    assert multipart.status_code == 200, multipart.text
    result = multipart.json()["results"][0]
    assert (result["path"], result["labels"][0]["label"]) == ("b.png", "blue")
    assert sum(label["probability"] for label in result["labels"]) == pytest.approx(1, abs=1e-3)
    body = {"images": [base64.b64encode(data).decode()], "labels": ["red", "blue"], "top": 1}
    assert [one["label"] for one in client.post("/v1/classify", json=body).json()["results"][0]["labels"]] == ["blue"]
    empty = client.post("/v1/classify", files={"images": ("b.png", data)}, data={"labels": "red,,blue"})
    assert (empty.status_code, "empty name" in empty.json()["detail"]) == (422, True)


def test_a_place_is_shown_marked_with_something_around_it(client: TestClient) -> None:
    hit = search(client, text="lighthouse keeper", limit=1)[0]
    address = f"/v1/collections/default/items/{hit['id']}/image"
    left, top, right, bottom = hit["box"]  # type: ignore[misc]
    assert hit["page_label"] is None
    marked = Image.open(io.BytesIO(client.get(f"{address}?highlight=1").content))
    plain = Image.open(io.BytesIO(client.get(address).content))
    assert marked.height / marked.width > plain.height / plain.width
    assert not marked.getexif()
    red, green, _ = np.moveaxis(np.asarray(marked.convert("RGB"), int), 2, 0)
    assert ((red > 180) & (green < 90)).any()
    narrow = client.get(f"{address}?highlight=1&box={left},{top},{(left + right) / 2},{bottom}")
    assert narrow.status_code == 200
    assert narrow.content != client.get(f"{address}?highlight=1").content


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "9000,9000,9100,9100", "10,10,5,20", "nan,0,10,10"])
def test_a_box_that_is_not_on_the_page_is_refused_in_words(client: TestClient, box: str) -> None:
    hit = search(client, text="lighthouse keeper", limit=1)[0]
    reply = client.get(f"/v1/collections/default/items/{hit['id']}/image", params={"highlight": 1, "box": box})
    assert reply.status_code == 422
    assert "left,top,right,bottom" in reply.json()["detail"]


def test_a_photo_is_marked_whole_or_where_words_stand(client: TestClient) -> None:
    hit = search(client, text="red", kinds=["image"], limit=1)[0]
    address = f"/v1/collections/default/items/{hit['id']}/image?highlight=1"
    assert Image.open(io.BytesIO(client.get(address).content)).size == (600, 900)
    part = Image.open(io.BytesIO(client.get(f"{address}&box=10,10,60,30").content))
    assert part.width < 400


def test_a_citation_carries_the_address_of_its_marked_place(client: TestClient) -> None:
    body = {"messages": [{"role": "user", "content": "Who was the lighthouse keeper?"}]}
    (citation,) = client.post("/v1/collections/default/chat", json=body).json()["citations"]
    assert citation["box"] is not None
    assert citation["page_label"] is None
    assert client.get(citation["image"]).headers["content-type"] == "image/jpeg"
