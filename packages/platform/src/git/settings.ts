/** git's settings for our repositories, given by environment so that no repository has its own to go wrong. */
export interface GitSettings {
  /** Folder with our hooks. */
  hooks: string
  /** A larger push is refused, in bytes. */
  maxPushBytes: number
}

export const serverSettings = ({ hooks, maxPushBytes }: GitSettings): Record<string, string> => ({
  'safe.directory': '*',
  'core.hooksPath': hooks,
  'http.receivepack': 'true',
  'http.getanyfile': 'false',
  'receive.maxInputSize': String(maxPushBytes),
  'receive.fsckObjects': 'true',
  // Old tools wrote these; refusing them would refuse the history of many honest projects.
  'receive.fsck.zeroPaddedFilemode': 'warn',
  'receive.fsck.badTimezone': 'warn',
  'receive.fsck.missingSpaceBeforeDate': 'warn',
  'receive.advertisePushOptions': 'true',
  'uploadpack.allowFilter': 'true',
  'uploadpack.allowAnySHA1InWant': 'true',
  // Uploads, trials and what is just being brought in: nobody's to clone or to push to.
  'transfer.hideRefs': 'refs/sampan',
  'pack.threads': '2',
  'gc.autoDetach': 'false',
  // Whoever pushes does not wait for it: the platform clears up after a push.
  'receive.autogc': 'false',
})

/** Only what git needs: neither our environment nor anybody's ~/.gitconfig reaches it. */
export function environmentFrom(settings: Record<string, string>): Record<string, string> {
  const entries = Object.entries(settings)
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(
      entries.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
    LC_ALL: 'C.UTF-8',
  }
}
