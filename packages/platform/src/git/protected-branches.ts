import type { Client } from '@sampan/client/client'
import { configMap } from '@sampan/resources/core/config-map'
import { StatusError } from '@sampan/resources/errors'
import { appLabel } from '../labels.ts'
import type { AppName } from './repositories.ts'

/**
 * Branches of an app that only maintainers push to and nobody rewrites or deletes. Kept in a ConfigMap of the project's
 * home, which developers may read but not write; the App itself they may change.
 */
const placeOf = ({ project, app }: AppName) => ({ namespace: project, name: `${app}-protected-branches` })

export async function protectedBranches(client: Client, name: AppName): Promise<string[]> {
  const found = await client.find(configMap, placeOf(name))
  return (found?.data?.branches ?? '').split('\n').filter(isPattern)
}

/** Acts as `api`. Throws Invalid for what is no pattern of a branch. */
export async function protectBranches(api: Client, name: AppName, patterns: readonly string[]): Promise<void> {
  const bad = patterns.find((one) => !isPattern(one))
  if (bad !== undefined) {
    throw new StatusError('Invalid', `"${bad}" is no branch: use its name, with * for any part, as main or release/*.`)
  }
  const data = { branches: [...new Set(patterns)].join('\n') }
  await api.apply(
    configMap,
    { metadata: { ...placeOf(name), labels: { [appLabel]: name.app } }, data },
    { fieldManager: 'sampan-git', force: true },
  )
}

/** Safe in the hook's `case` as it is. */
const isPattern = (text: string) => /^[A-Za-z0-9_*][A-Za-z0-9._/*-]{0,200}$/.test(text)

/** What the pre-receive hook is told: full names, separated by spaces. */
export const protectionFor = (patterns: readonly string[], maintains: boolean): Record<string, string> =>
  patterns.length === 0
    ? {}
    : {
        SAMPAN_PROTECTED: patterns.map((one) => `refs/heads/${one}`).join(' '),
        ...(maintains && { SAMPAN_MAINTAINS: '1' }),
      }

/**
 * git's pre-receive hook. A shell script and not a program of ours: it runs for every push, and nearly always has nothing
 * to do. Its standard error reaches the pusher.
 */
export const preReceiveScript = `#!/bin/sh
[ -n "$SAMPAN_PROTECTED" ] || exit 0
set -f
refused=0
refuse() {
  echo "$1" >&2
  refused=1
}
while read -r old new ref; do
  for pattern in $SAMPAN_PROTECTED; do
    case "$ref" in $pattern) ;; *) continue ;; esac
    branch="\${ref#refs/heads/}"
    if [ "$SAMPAN_MAINTAINS" != 1 ]; then
      refuse "Branch $branch is protected: only maintainers and owners of the project push to it. Push another branch and ask for a merge."
      break
    fi
    case "$new" in
      *[!0]*) ;;
      *)
        refuse "Branch $branch is protected: it cannot be deleted. A maintainer can lift the protection: sampan branches unprotect"
        break
        ;;
    esac
    case "$old" in
      *[!0]*)
        git merge-base --is-ancestor "$old" "$new" ||
          refuse "Branch $branch is protected: its history cannot be rewritten. Merge or rebase onto it and push again."
        ;;
    esac
    break
  done
done
exit $refused
`
