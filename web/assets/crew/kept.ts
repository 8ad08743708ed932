/* What this phone keeps over a reload: things to send, and the last known state of the spot. In: values. Out: the same,
   from IndexedDB. One database, two stores: `outbox` in the order of its keys, `kept` by name. */

const NAME = "daylight-crew";
type StoreName = "outbox" | "kept";
let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => {
      opening = null;
      reject(asked.error ?? new Error("indexedDB"));
    };
  });
  return opening;
}

/** One request in one transaction; resolves once it is on the disk, not merely asked for. */
export async function inStore<T>(name: StoreName, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const work = database.transaction(name, mode, { durability: "strict" });
    const asked = ask(work.objectStore(name));
    work.oncomplete = () => resolve(asked.result);
    work.onabort = work.onerror = () => reject(work.error ?? asked.error ?? new Error("indexedDB"));
  });
}

export function keep(name: string, value: unknown): Promise<unknown> {
  return inStore("kept", "readwrite", (store) => store.put(value, name));
}

export async function recall<T>(name: string): Promise<T | undefined> {
  return (await inStore("kept", "readonly", (store) => store.get(name))) as T | undefined;
}
