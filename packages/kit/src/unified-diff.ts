/**
 * The lines that differ between two texts, in the usual unified form with three lines of context; empty when nothing does.
 * Longest common subsequence by table: meant for manifests, some thousand lines at most.
 */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const a = linesOf(before)
  const b = linesOf(after)
  const edits = editsBetween(a, b)
  if (edits.every((one) => one.op === ' ')) return ''
  return hunksOf(edits, context)
    .map(({ from, edits: own }) => {
      const [startA, startB] = from
      const countA = own.filter((one) => one.op !== '+').length
      const countB = own.filter((one) => one.op !== '-').length
      const heading = `@@ -${countA ? startA + 1 : startA},${countA} +${countB ? startB + 1 : startB},${countB} @@`
      return [heading, ...own.map((one) => `${one.op}${one.line}`)].join('\n')
    })
    .concat('')
    .join('\n')
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

interface Edit {
  op: ' ' | '-' | '+'
  line: string
  /** Line numbers before this edit, from 0. */
  at: [number, number]
}

function editsBetween(a: readonly string[], b: readonly string[]): Edit[] {
  const width = b.length + 1
  const length = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] =
        a[i] === b[j]
          ? length[(i + 1) * width + j + 1]! + 1
          : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!)
    }
  }
  const edits: Edit[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const at: [number, number] = [i, j]
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ op: ' ', line: a[i]!, at })
      i++
      j++
    } else if (j >= b.length || (i < a.length && length[(i + 1) * width + j]! >= length[i * width + j + 1]!)) {
      edits.push({ op: '-', line: a[i]!, at })
      i++
    } else {
      edits.push({ op: '+', line: b[j]!, at })
      j++
    }
  }
  return edits
}

function hunksOf(edits: readonly Edit[], context: number) {
  const hunks: { from: [number, number]; edits: Edit[] }[] = []
  let end = -1
  for (const [index, one] of edits.entries()) {
    if (one.op === ' ') continue
    const start = Math.max(end + 1, index - context)
    if (hunks.length === 0 || start > end + 1) hunks.push({ from: edits[start]!.at, edits: [] })
    const stop = Math.min(edits.length - 1, index + context)
    hunks.at(-1)!.edits.push(...edits.slice(Math.max(start, end + 1), stop + 1))
    end = Math.max(end, stop)
  }
  return hunks
}
