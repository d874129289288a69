/** A repository at one commit, as far as a stack looks at it. */
export interface Source {
  /** Paths of all files, `/` between folders. */
  files: readonly string[]
  /** Text of the files that were read, by path. */
  texts: Readonly<Record<string, string>>
}

export const stackNames = ['node', 'python', 'go', 'php', 'static'] as const
export type StackName = (typeof stackNames)[number]

/** What people call them. */
export const stackTitles: Record<StackName, string> = {
  node: 'Node',
  python: 'Python',
  go: 'Go',
  php: 'PHP',
  static: 'static files',
}

/** How to build a repository that has no Dockerfile. */
export interface Recipe {
  stack: StackName
  /** The file that decided. */
  because: string
  /** Stack images that the Dockerfile builds on. */
  needs: readonly StackName[]
  /** The Dockerfile; `imageOf` gives the name of a stack's image. */
  dockerfile(imageOf: (stack: StackName) => string): string
}

/** Files whose text the stacks want to see, when they are there. */
export const readFirst = [
  'Procfile',
  'package.json',
  'requirements.txt',
  'pyproject.toml',
  'app.py',
  'main.py',
  'server.py',
  'wsgi.py',
  'asgi.py',
  'go.mod',
  'composer.json',
] as const

export const has = (source: Source, path: string) => source.files.includes(path)

/** The first of these paths that is there. */
export const firstOf = (source: Source, ...paths: string[]) => paths.find((path) => has(source, path))

/** The command of the `web` line of a Procfile. */
export function procfileCommand({ texts }: Source): string | undefined {
  return /^web:\s*(.+?)\s*$/m.exec(texts.Procfile ?? '')?.[1]
}

/** A command line run by the shell and replaced by it, so that signals reach the program. */
export const shellCommand = (command: string) => `CMD ${JSON.stringify(['sh', '-c', `exec ${command}`])}`

/** Lines of a Dockerfile; what is undefined is left out. */
export const linesOf = (...lines: (string | undefined | false)[]) =>
  `${lines.filter((line) => line !== undefined && line !== false).join('\n')}\n`

/** Flags of RUN: a folder of the user `app` that outlives the build, for what was fetched once. One per app. */
export const keptFolder = (path: string) => `--mount=type=cache,target=${path},uid=1000,gid=1000`
