/** What the counter's printer holds. */
export const PAPERS = ['narrow', 'a4'] as const;
export type Paper = (typeof PAPERS)[number];

const STORED = 'vignette-paper';

/** The paper chosen in this browser last; a roll where nothing was. */
export function keptPaper(): Paper {
  try {
    return PAPERS.find((paper) => paper === localStorage.getItem(STORED)) ?? 'narrow';
  } catch {
    return 'narrow';
  }
}

export function keepPaper(paper: Paper): void {
  try {
    localStorage.setItem(STORED, paper);
  } catch {
    // Chosen again tomorrow.
  }
}
