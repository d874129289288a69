import type { CauseCode } from './causes.ts'

export interface Crash {
  exitCode?: number
  signal?: number
  /** As the node says: `OOMKilled`, `ForkStorm`, `Error`, `Completed`. */
  reason?: string
  /** As written in the pod: `256Mi`. */
  memoryLimit?: string
  /** Oldest first. */
  lastLines: readonly string[]
}

interface Said {
  code: CauseCode
  sentence: string
}

/** What programs of the usual languages write when they end, and what to do about it. First match wins. */
const patterns: readonly { match: RegExp; say: (found: string[]) => Said }[] = [
  {
    match:
      /(?:environment variable|env(?:ironment)? var)\s+[`'"]?([A-Z][A-Z0-9_]+)[`'"]?\s+(?:is\s+)?(?:not (?:set|defined|found)|missing|required|undefined)/i,
    say: ([name]) => missingEnv(name!),
  },
  {
    match:
      /(?:missing|required|undefined)\s+(?:required\s+)?(?:environment variable|env(?:ironment)? var)[:\s]+[`'"]?([A-Z][A-Z0-9_]+)/i,
    say: ([name]) => missingEnv(name!),
  },
  { match: /KeyError: ['"]([A-Z][A-Z0-9_]{2,})['"]/, say: ([name]) => missingEnv(name!) },
  {
    match: /\b([A-Z][A-Z0-9_]{3,}) (?:is not set|must be set|is required|environment variable not set)/,
    say: ([name]) => missingEnv(name!),
  },
  {
    match: /Cannot find (?:module|package) ['"]([^'"]+)['"]/,
    say: ([name]) =>
      /^(\.{0,2}\/|file:)/.test(name!)
        ? {
            code: 'dependency',
            sentence: `The program's own file "${name}" is not in the image: commit it, correct the path, or take it out of .dockerignore.`,
          }
        : dependency(name!, 'package.json'),
  },
  {
    match: /(?:ModuleNotFoundError|ImportError): No module named ['"]?([\w.]+)/,
    say: ([name]) => dependency(name!, 'requirements.txt'),
  },
  {
    match: /ClassNotFoundException: ([\w.$]+)|NoClassDefFoundError: ([\w./$]+)/,
    say: ([one, other]) => dependency((one ?? other)!, 'the build file'),
  },
  {
    match: /error while loading shared libraries: ([^:\s]+)/,
    say: ([name]) => dependency(name!, 'the image (apt-get install)'),
  },
  {
    match: /Class ["']?([\w\\]+)["']? not found.*|Failed opening required ['"]([^'"]+)['"]/,
    say: ([one, other]) => dependency((one ?? other)!, 'composer.json'),
  },
  {
    match: /(?:EACCES|permission denied).*?(?:listen|bind).*?:?(\d{2,4})\b|listen EACCES.*?:(\d+)/i,
    say: ([one, other]) => ({
      code: 'not-allowed',
      sentence: `The program may not open port ${one ?? other}: let it listen on $PORT (a number above 1023).`,
    }),
  },
  {
    match: /EADDRINUSE.*?:(\d+)|address already in use.*?:?(\d{2,5})?/i,
    say: ([one, other]) => ({
      code: 'not-allowed',
      sentence:
        `The program opens port ${one ?? other ?? ''} twice: let only one of its processes listen there.`.replace(
          '  ',
          ' ',
        ),
    }),
  },
  {
    match:
      /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)|could not translate host name "([^"]+)"|lookup (\S+)(?: on \S+)?: no such host|UnknownHostException: (\S+)/,
    say: (found) => ({
      code: 'name-not-found',
      sentence: `The program could not find the host "${found.find((one) => one)?.replace(/[:,]$/, '')}": correct the name, or deploy that service first.`,
    }),
  },
  {
    match:
      /password authentication failed for user "?([^"\s]+)|Access denied for user '([^']+)'|WRONGPASS|NOAUTH Authentication required/,
    say: (found) => {
      const user = found.find((one) => one)
      return {
        code: 'login-failed',
        sentence: `Another service refused the sign-in${user ? ` of user "${user}"` : ''}: correct user and password in the app's environment variables.`,
      }
    },
  },
  {
    match:
      /ECONNREFUSED (\S+)|connect(?:ion)? (?:to )?(\S+:\d+)[^\n]*refused|dial tcp (\S+): connect: connection refused/i,
    say: (found) => ({
      code: 'connection-refused',
      sentence: `The program could not connect to ${found.find((one) => one)?.replace(/[:,]$/, '')}: start that service first, or correct its address.`,
    }),
  },
  {
    match: /certificate (?:verify failed|has expired|signed by unknown authority)|x509: /i,
    say: () => ({
      code: 'connection-refused',
      sentence:
        'The program does not trust the certificate of another service: install its authority in the image, or renew the certificate.',
    }),
  },
  {
    match: /(?:Read-only file system|EROFS).*?['"]?(\/[^\s'":]*)?/i,
    say: ([path]) => ({
      code: 'not-allowed',
      sentence: `The program writes to a read-only place${path ? ` (${path})` : ''}: write to a volume or to /tmp.`,
    }),
  },
  {
    match: /(?:No space left on device|ENOSPC)/i,
    say: () => ({ code: 'disk-full', sentence: 'The disk is full: remove old data and images, then deploy again.' }),
  },
  {
    match: /(?:Permission denied|EACCES|PermissionError).*?['"]?(\/[^\s'":]+)/i,
    say: ([path]) => ({
      code: 'not-allowed',
      sentence: `The program may not use ${path}: give the user of the image rights to it in the Dockerfile (chown).`,
    }),
  },
  {
    match: /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|MemoryError|fatal error: out of memory/i,
    say: () => ({ code: 'oom', sentence: 'The program ran out of memory: raise the memory of the app.' }),
  },
]

const missingEnv = (name: string): Said => ({
  code: 'missing-env',
  sentence: `The program needs the environment variable ${name}: set it in the app's parameters.`,
})

const dependency = (name: string, where: string): Said => ({
  code: 'dependency',
  sentence: `The program lacks "${name}": add it to ${where} and push again.`,
})

/** Why a container ended, in one sentence with remedy; its last lines are quoted when nothing better is known. */
export function crashCause({ exitCode, signal, reason, memoryLimit, lastLines }: Crash): Said {
  if (reason === 'OOMKilled') {
    return {
      code: 'oom',
      sentence: `The program needed more memory than its limit${memoryLimit ? ` of ${memoryLimit}` : ''}: raise the memory of the app.`,
    }
  }
  if (reason === 'ForkStorm') {
    return {
      code: 'forks',
      sentence:
        'The program kept starting processes although it had all it may have: look for what starts processes, or threads, in a loop.',
    }
  }
  const known = recognised(lastLines)
  if (known) return known
  const quoted = quote(lastLines)
  const code = exitCode ?? (signal ? 128 + signal : undefined)
  if (code === 0) {
    return {
      code: 'app-ended',
      sentence: `The program ended by itself right after its start (exit code 0): start it in the foreground${quoted}.`,
    }
  }
  if (code === 127)
    return {
      code: 'command-missing',
      sentence: `The start command was not found in the image (exit code 127): correct CMD in the Dockerfile${quoted}.`,
    }
  if (code === 126)
    return {
      code: 'command-missing',
      sentence: `The start command may not be executed (exit code 126): add chmod +x in the Dockerfile${quoted}.`,
    }
  if (code === 139)
    return {
      code: 'app-crashed',
      sentence: `The program crashed in native code (segmentation fault, exit code 139): look at its log${quoted}.`,
    }
  if (code === 137)
    return {
      code: 'oom',
      sentence: `The program was killed (exit code 137), most often for lack of memory: raise the memory of the app${quoted}.`,
    }
  return {
    code: 'app-crashed',
    sentence: `The program crashed at its start${code === undefined ? '' : ` (exit code ${code})`}: correct what its log says${quoted || ' (it wrote nothing)'}.`,
  }
}

function recognised(lines: readonly string[]): Said | undefined {
  for (const { match, say } of patterns) {
    for (const line of lines.toReversed()) {
      const found = match.exec(line)
      if (found) return say(found.slice(1))
    }
  }
  return undefined
}

/** The last lines that say something, short enough for a sentence. */
function quote(lines: readonly string[]): string {
  const told = lines.map((line) => line.trim()).filter((line) => line !== '' && !/^(at |\^+$|Node\.js v)/.test(line))
  const error = told.findLast((line) => /error|exception|fatal|panic|cannot|failed/i.test(line))
  const shown = error ? [error] : told.slice(-2)
  if (shown.length === 0) return ''
  const text = shown.join(' / ')
  return `; it said: ${text.length > 240 ? `${text.slice(0, 240)}…` : text}`
}
