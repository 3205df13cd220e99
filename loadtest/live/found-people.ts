/** People before they are signed in: invented, or of a country that was seeded. */
export interface FoundPeople {
  citizens: FoundCitizen[];
  agents: { userId: string; officeId: string }[];
  offices: FoundOffice[];
  /** Of the register, with a tax that can be paid at a counter, and nobody's in the crowd. */
  cashPlates: string[];
}

export interface FoundCitizen {
  userId: string;
  /** What is on their document. */
  plate: string;
  /** Vehicles of theirs whose tax can be paid. */
  payable: number;
}

export interface FoundOffice {
  id: string;
  serviceId: string;
}

export interface FoundWanted {
  citizens: number;
  /** Vehicles of theirs whose tax can be paid, of as few people as need be. */
  payable: number;
  agents: number;
  offices: number;
  cashPlates: number;
  /** ISO 3166-1. */
  country: string;
}

const AT_ONCE = 2_000;

/** Rows of many people do not go into one statement. */
export async function inBatches<T>(list: readonly T[], work: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < list.length; start += AT_ONCE) await work(list.slice(start, start + AT_ONCE));
}
