import type { BuildContext } from './build-context.ts'
import { anything, mapOf, struct, text } from './decode.ts'
import { documentsOf } from './documents.ts'
import { executed, TemplateError } from './go-template.ts'
import type { Notes, Problem } from './plan.ts'
import { decoded, parsed } from './read.ts'
import type { Value } from './template-functions.ts'

/** Says whether a file is no pipeline itself but names a template that becomes one. */
export const isTemplate = (file: string): boolean => /^kind:\s+template[ \t\r]*$/m.test(file)

const document = struct({ load: text, data: mapOf(anything) })

/** The stored template that takes the file's place, filled in with its data, the build and the repository. */
export function rendered(
  file: string,
  build: BuildContext,
  template: ((name: string) => string | undefined) | undefined,
): { text: string } | { problem: Problem } {
  const notes: Notes = { errors: [], warnings: [] }
  const [source] = documentsOf(file)
  const node = source && parsed(source, notes)
  const read = node && decoded(node, document, notes)
  if (!read || notes.errors.length > 0)
    return { problem: notes.errors[0] ?? { line: 0, message: 'the template document cannot be read' } }
  const line = read.at.load ?? read.line
  if (!read.load) return { problem: { line, message: 'the document names no template: add load' } }
  if (/\.(jsonnet|star|starlark|script)$/.test(read.load))
    return {
      problem: {
        line,
        message: `templates in Jsonnet and Starlark are not executed here: write ${read.load} as a .yaml template`,
      },
    }
  if (!/\.ya?ml$/.test(read.load))
    return { problem: { line, message: `template "${read.load}" needs its extension: .yaml or .yml` } }
  const stored = template?.(read.load)
  if (stored === undefined)
    return { problem: { line, message: `template "${read.load}" not found: store it first, or correct load` } }
  try {
    const made = executed(stored, dataOf({ ...read.data } as Record<string, Value>, build))
    if (isTemplate(made))
      return { problem: { line, message: `template "${read.load}" loads another template; it must be a pipeline` } }
    return { text: made }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const place = error.line > 0 ? ` line ${error.line}` : ''
    return { problem: { line, message: `template "${read.load}"${place}: ${error.message}` } }
  }
}

function dataOf(input: Record<string, Value>, build: BuildContext): Value {
  const { commit, repo } = build
  return {
    input,
    build: {
      event: build.event,
      action: build.action ?? '',
      environment: build.deployTo ?? '',
      link: commit.link ?? '',
      branch: build.branch,
      source: build.sourceBranch ?? build.branch,
      before: commit.before ?? '',
      after: commit.after ?? commit.sha,
      target: build.targetBranch ?? build.branch,
      ref: build.ref,
      commit: commit.sha,
      title: build.title ?? '',
      message: commit.message,
      source_repo: '',
      author_login: commit.authorLogin ?? '',
      author_name: commit.authorName ?? '',
      author_email: commit.authorEmail ?? '',
      author_avatar: commit.authorAvatar ?? '',
      sender: build.trigger ?? '',
      debug: build.debug ?? false,
      params: { ...build.params },
    },
    repo: {
      uid: repo.uid ?? '',
      name: repo.name,
      namespace: repo.namespace,
      slug: repo.slug,
      git_http_url: repo.httpUrl,
      git_ssh_url: repo.sshUrl,
      link: repo.link,
      branch: repo.defaultBranch,
      config: '.drone.yml',
      private: repo.private,
      visibility: repo.visibility,
      active: true,
      trusted: false,
      protected: false,
      ignore_forks: false,
      ignore_pulls: false,
      cancel_pulls: false,
      timeout: 60,
      counter: build.number,
      synced: 0,
      created: 0,
      updated: 0,
      version: 0,
      signer: '',
      secret: '',
    },
  }
}
