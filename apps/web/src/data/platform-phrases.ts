import { phrases } from './phrases.ts'

/** What the pages of the platform explain. */
export const platformText = phrases({
  diskFull: {
    en: 'The disk is nearly full: delete apps, environments or volumes that nobody needs, or enlarge it.',
    zh: '磁盘即将写满：请删除不用的应用、环境或存储卷，或扩容磁盘。',
  },
  diskTight: {
    en: 'room is getting scarce',
    zh: '空间即将不足',
  },
  noVolumes: { en: 'No volumes yet', zh: '还没有存储卷' },
  noVolumesHelp: {
    en: 'Apps that ask for a PersistentVolumeClaim are listed here with their size.',
    zh: '申请了 PersistentVolumeClaim 的应用会显示在这里，并标明容量。',
  },
  sourcesHelp: {
    en: 'Apps may fetch code from anywhere outside; of addresses inside the installation, only from these.',
    zh: '应用可从任意外部地址获取代码；内部地址仅限以下列表。',
  },
  typesHelp: {
    en: 'A service type is Kubernetes YAML with variables and a schema of its parameters; forms are made of it.',
    zh: '服务类型是带变量的 Kubernetes YAML 及其参数模式，表单由此生成。',
  },
})
