import { unifiedDiff } from '@sampan/kit/unified-diff'
import { releaseLabel } from '../labels.ts'

const numbered = new RegExp(`^(\\s*${releaseLabel.replace('.', '\\.')}: )"?\\d+"?$`, 'gm')

/**
 * What differs between the YAML of two releases. Every object carries the number of its release: that these differ says
 * nothing, so they stand as `<number>`.
 */
export const releaseDiff = (before: string, after: string): string =>
  unifiedDiff(before.replace(numbered, '$1<number>'), after.replace(numbered, '$1<number>'))
