/** A git ref as people say it; that of an upload is nothing they ever named. */
export const branchOf = (ref: string): string | undefined =>
  ref.startsWith('refs/sampan/') ? undefined : ref.replace(/^refs\/(heads|tags)\//, '')
