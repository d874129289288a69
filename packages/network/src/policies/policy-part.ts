import type { Part } from '../nft/table.ts'

/** Answers what policies bring to the table at this moment. */
export type PolicyPart = () => Part
