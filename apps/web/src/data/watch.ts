import { linesOf, Refused, request, textOf } from './api.ts'

/**
 * Calls `onChange` whenever an object at one of `paths` (Kubernetes collections, as `/apis/sampan.dev/v1/apps`) changes;
 * several changes within `gatherMs` are one call. Connects again when cut off, ever more slowly; `onConnected` tells.
 */
export function watchChanges(
  paths: readonly string[],
  {
    onChange,
    onConnected,
    signal,
    gatherMs = 100,
  }: { onChange: () => void; onConnected: (is: boolean) => void; signal: AbortSignal; gatherMs?: number },
): void {
  let isPlanned = false
  const changed = () => {
    if (isPlanned) return
    isPlanned = true
    setTimeout(() => {
      isPlanned = false
      if (!signal.aborted) onChange()
    }, gatherMs)
  }
  for (const path of paths) void keepWatching(path, { changed, onConnected, signal })
}

async function keepWatching(
  path: string,
  { changed, onConnected, signal }: { changed: () => void; onConnected: (is: boolean) => void; signal: AbortSignal },
) {
  for (let delayMs = 500; !signal.aborted; delayMs = Math.min(delayMs * 2, 10_000)) {
    try {
      const response = await request(`/kube${path}?watch=true&allowWatchBookmarks=true`, { signal })
      onConnected(true)
      changed()
      for await (const line of linesOf(textOf(response))) {
        delayMs = 500
        if (line.startsWith('{"type":"BOOKMARK"')) continue
        changed()
      }
    } catch (error) {
      if (signal.aborted) return
      // Not allowed to see this kind is an answer, not a lost connection.
      if (error instanceof Refused && (error.status === 403 || error.status === 404)) return
      onConnected(false)
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
}
