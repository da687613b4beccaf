import type { FunctionReference } from "convex/server";
import { expect, test } from "vitest";
import { api } from "../testing/api.ts";
import { addQuery, connectMessage, openRaw } from "../testing/rawClient.ts";
import { eventually, serve, type Served } from "../testing/serve.ts";

test("pages loaded one after the other grow without gaps and without repeats", async () => {
  const { http, authors } = await watchPages();
  for (const author of ["d", "h", "b"]) {
    await http.mutation(api.messages.send, { author, body: "" });
  }
  await eventually(() => expect(authors()).toEqual([..."abcdefgh"]));
});

test("a row removed at the edge of a page leaves no gap", async () => {
  const { http, authors, ids } = await watchPages();
  // Pages of two: c is the last row of the first page, e begins the second.
  await http.mutation(api.messages.remove, { id: ids.get("c") ?? "" });
  await eventually(() => expect(authors()).toEqual(["a", "e", "f", "g"]));
  await http.mutation(api.messages.remove, { id: ids.get("e") ?? "" });
  await http.mutation(api.messages.send, { author: "d", body: "" });
  await eventually(() => expect(authors()).toEqual(["a", "d", "f", "g"]));
});

test("the last page takes rows that are added behind it", async () => {
  const { http, authors } = await watchPages();
  await http.mutation(api.messages.send, { author: "x", body: "" });
  await http.mutation(api.messages.send, { author: "z", body: "" });
  await eventually(() => expect(authors()).toEqual([..."acefgxz"]));
});

test("a page is the same page after a reconnect, by its journal", async () => {
  const { url, http } = await serve();
  await seed(http, "aceg");
  const page = await firstPage(url);
  expect(page.value).toMatchObject({ page: [{ author: "a" }, { author: "c" }] });

  await http.mutation(api.messages.send, { author: "b", body: "" });
  const again = await firstPage(url, page.journal);
  expect(again.value).toMatchObject({
    page: [{ author: "a" }, { author: "b" }, { author: "c" }],
    isDone: false,
    continueCursor: page.value.continueCursor,
  });
});

test.for(["nonsense", "3", '{"cursor":null}', '{"cursor":null,"endCursor":4}'])(
  "the journal %s is ignored",
  async (journal) => {
    const { url, http } = await serve();
    await seed(http, "aceg");
    expect((await firstPage(url, journal)).value).toMatchObject({
      page: [{ author: "a" }, { author: "c" }],
    });
  },
);

interface Page {
  journal: string;
  value: { continueCursor: string };
}

async function firstPage(url: string, journal?: string): Promise<Page> {
  const client = await openRaw(url);
  client.send(connectMessage());
  const paginationOpts = { numItems: 2, cursor: null };
  const query = { ...addQuery(0, "messages:page", { paginationOpts }), journal };
  client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [query] });
  const { modifications } = await client.next("Transition");
  return (modifications as [Page])[0];
}

/** Three pages of two rows, up to date, over the authors a, c, e, f, g. */
async function watchPages() {
  const served = await serve();
  const ids = await seed(served.http, "acefg");
  const convex = served.client();
  // The client fills in the paginationOpts that the type asks for.
  const watched = convex.onPaginatedUpdate_experimental(
    api.messages.page as FunctionReference<"query">,
    {},
    { initialNumItems: 2 },
    () => {},
  );
  const current = () => watched.getCurrentValue();
  for (const loaded of [2, 4, 5]) {
    await eventually(() => expect(current()?.results).toHaveLength(loaded));
    await eventually(() => expect(current()?.status).not.toBe("LoadingMore"));
    current()?.loadMore(2);
  }
  await eventually(() => expect(current()?.status).toBe("Exhausted"));
  const authors = () =>
    (current()?.results as unknown as { author: string }[]).map(({ author }) => author);
  return { ...served, ids, authors };
}

async function seed(http: Served["http"], authors: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const author of authors) {
    ids.set(author, await http.mutation(api.messages.send, { author, body: "" }));
  }
  return ids;
}
