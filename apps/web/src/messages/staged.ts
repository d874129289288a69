import type { Messages } from '../data/messages.ts'

export const stagedMessages = {
  'staged.after': { en: 'After', zh: '之后' },
  'staged.before': { en: 'Before', zh: '之前' },
  'staged.count': {
    en: 'Staged changes: {count}. Nothing has happened yet.',
    zh: '暂存的更改：{count} 项，尚未生效。',
  },
  'staged.discard': { en: 'Discard', zh: '放弃' },
  'staged.noRelease': {
    en: 'There is no release yet, so this only changes what the first one will be.',
    zh: '还没有版本，此更改将在首个版本中生效。',
  },
  'staged.rebase': { en: 'Keep mine on top of it', zh: '在其基础上保留我的更改' },
  'staged.release': { en: 'Release', zh: '发布' },
  'staged.released': { en: 'A release is on its way', zh: '新版本正在发布' },
  'staged.review': { en: 'Look and release', zh: '查看并发布' },
  'staged.stale': { en: 'The app was changed meanwhile', zh: '应用在此期间已被更改' },
  'staged.staleHelp': {
    en: 'Your staged changes were made on an older state. Nothing has been overwritten.',
    zh: '您暂存的更改基于较旧的状态，没有覆盖任何内容。',
  },
  'staged.title': { en: 'Staged changes', zh: '暂存的更改' },
} as const satisfies Messages
