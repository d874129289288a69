import { phrases } from './phrases.ts'

/** Fields others keep, and what the server fills in. */
export const managedText = phrases({
  conflict: {
    en: 'others keep fields of it ({count})',
    zh: '其中 {count} 个字段由他人管理',
  },
  conflictHelp: {
    en: 'Leave these out of your YAML, or take them over with the box below: whoever keeps them now may set them back.',
    zh: '可从 YAML 中去掉这些字段，或勾选下方选项接管；当前管理者之后可能再次改回。',
  },
  contested: {
    en: 'Others keep these fields and may set them back:',
    zh: '以下字段由他人管理，之后可能被改回：',
  },
  filled: { en: 'The server fills in: {fields}', zh: '服务器自动补全：{fields}' },
  filledMore: { en: 'and {count} more', zh: '等，另有 {count} 个' },
  keptBy: { en: 'kept by {managers}', zh: '由 {managers} 管理' },
})
