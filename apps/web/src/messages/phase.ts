import type { Messages } from '../data/messages.ts'

/** States of Kubernetes' own objects, by its words. */
export const phaseMessages = {
  'phase.active': { en: 'Active', zh: '正常' },
  'phase.available': { en: 'Available', zh: '可用' },
  'phase.bound': { en: 'Bound', zh: '已绑定' },
  'phase.complete': { en: 'Complete', zh: '已完成' },
  'phase.completed': { en: 'Completed', zh: '已完成' },
  'phase.containerCreating': { en: 'Creating container', zh: '正在创建容器' },
  'phase.crashLoopBackOff': { en: 'Crashing again and again', zh: '反复崩溃' },
  'phase.error': { en: 'Error', zh: '错误' },
  'phase.errImagePull': { en: 'Image cannot be pulled', zh: '镜像拉取失败' },
  'phase.failed': { en: 'Failed', zh: '失败' },
  'phase.imagePullBackOff': { en: 'Image cannot be pulled', zh: '镜像拉取失败' },
  'phase.lost': { en: 'Lost', zh: '丢失' },
  'phase.normal': { en: 'Normal', zh: '普通' },
  'phase.notReady': { en: 'Not ready', zh: '未就绪' },
  'phase.oOMKilled': { en: 'Out of memory', zh: '内存不足' },
  'phase.pending': { en: 'Pending', zh: '等待中' },
  'phase.ready': { en: 'Ready', zh: '就绪' },
  'phase.released': { en: 'Released', zh: '已释放' },
  'phase.running': { en: 'Running', zh: '运行中' },
  'phase.succeeded': { en: 'Succeeded', zh: '成功' },
  'phase.suspended': { en: 'Suspended', zh: '已暂停' },
  'phase.terminating': { en: 'Terminating', zh: '终止中' },
  'phase.unknown': { en: 'Unknown', zh: '未知' },
  'phase.warning': { en: 'Warning', zh: '警告' },
} as const satisfies Messages
