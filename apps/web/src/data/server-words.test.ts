import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { serverSentences } from '../messages/server.ts'
import { serverWords } from './server-words.ts'

const cases = [
  { text: 'Fetch the source', want: '获取源代码' },
  { text: '1 of 2 new instances ready.', want: '2 个新实例中 1 个就绪。' },
  { text: 'Prepare the Node stack, once', want: '准备 Node 技术栈（仅一次）' },
  {
    text: 'Release 2 was not taken: The disk is full: remove old data and images, then deploy again. Meanwhile release 1 serves.',
    want: '版本 2 未被采用：磁盘已满：请清理旧数据和镜像后重新部署。期间由版本 1 继续服务。',
  },
  {
    text: 'The program crashed at its start (exit code 3): correct what its log says; it said: boom.',
    want: '程序启动时崩溃（退出码 3）：请按日志修正；输出：boom。',
  },
  { text: 'scaled to 3, env A set, env B removed', want: '扩缩容到 3，设置环境变量 A，移除环境变量 B' },
  { text: 'env A set, or so', want: 'env A set, or so' },
  { text: 'something nobody foresaw', want: 'something nobody foresaw' },
  { text: '', want: '' },
]
for (const { text, want } of cases) {
  test(`in Chinese: ${text}`, () => assert.equal(serverWords(text, 'zh'), want))
}

test('in English everything stays as the server said it', () => {
  assert.equal(serverWords('Fetch the source', 'en'), 'Fetch the source')
})

test('every sentence that is translated is one the platform says', () => {
  const folder = join(import.meta.dirname, '../../../../packages/platform/src')
  const sources = globSync('**/*.ts', { cwd: folder })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
    .replace(/\\'/g, "'")
    .toLowerCase()
  // The platform puts sentences together in its own pieces: how each begins is enough to tell it is still said.
  const beginning = (piece: string) => piece.replace(/^\W+/, '').slice(0, 22).trim().toLowerCase()
  const unknown = serverSentences.flatMap(([en]) =>
    en.split(/\{\d\}/).filter((piece) => piece.length > 24 && !sources.includes(beginning(piece))),
  )
  assert.deepEqual(unknown, [])
})
