import type { ImageBuildInput } from './image-build.ts'
import { given, listOf, textOf } from './image-settings.ts'
import { parsedVersion } from './versions.ts'

/**
 * The tags to push. `auto_tag` makes them of the ref: `1`, `1.2`, `1.2.3` of a version tag, `latest` of the default branch,
 * and no build at all of any other branch. Throws `Error` for a tag that is no semantic version.
 */
export function tagsOf({ settings, context, tagsFile }: ImageBuildInput): { tags: string[]; skipped?: string } {
  if (given(settings, 'auto_tag') || given(settings, 'default_tags'))
    return automatic(
      context.ref,
      context.repo.defaultBranch,
      textOf(settings.auto_tag_suffix ?? settings.default_suffix),
    )
  const written = listOf(settings.tags).concat(listOf(settings.tag))
  if (written.length > 0) return { tags: [...new Set(written)] }
  const kept = (tagsFile ?? '').split(/[,\s]+/).filter(Boolean)
  return { tags: kept.length > 0 ? [...new Set(kept)] : ['latest'] }
}

function automatic(ref: string, defaultBranch: string, suffix: string): { tags: string[]; skipped?: string } {
  const isTag = ref.startsWith('refs/tags/')
  if (!isTag && ref.replace(/^refs\/heads\//, '') !== defaultBranch)
    return { tags: [], skipped: `auto_tag builds only tags and the branch ${defaultBranch}, this is ${ref}` }
  const tags = isTag ? versionTags(ref.slice('refs/tags/'.length)) : ['latest']
  if (!suffix) return { tags }
  return { tags: tags.map((tag) => (tag === 'latest' ? suffix : `${tag}-${suffix}`)) }
}

function versionTags(tag: string): string[] {
  const version = parsedVersion(tag)
  if (typeof version === 'string')
    throw new Error(`auto_tag needs a semantic version, the tag "${tag}" is none: push a tag like v1.2.3.`)
  const text = tag.replace(/^v/, '')
  // A "+" cannot stand in an image tag, so build metadata is joined by "-".
  if (version.prerelease || version.build) return [text.replaceAll('+', '-')]
  const [major, minor] = text.split('.')
  return version.major === '0' ? [`${major}.${minor}`, text] : [major!, `${major}.${minor}`, text]
}
