import { CHALLENGE_CODES, CHALLENGE_K } from '@borealis/metrics';

/** What a submission holds. */
export interface SubmissionForm {
  /** Windows predicted. */
  readonly samples: number;
  /** Grids of a window, and their sides. */
  readonly shape: readonly [grids: number, height: number, width: number];
  /** Codes named at each place. */
  readonly k: number;
  /** Codes in the vocabulary. */
  readonly codes: number;
}

/** The compression track's: its own checker asks for this and looks no further. */
export const CHALLENGE_FORM: SubmissionForm = {
  samples: 450,
  shape: [3, 32, 32],
  k: CHALLENGE_K,
  codes: CHALLENGE_CODES,
};

/** Who submits what: the fields of README.txt. */
export interface SubmissionFields {
  readonly method: string;
  readonly team: string;
  readonly authors: string;
  readonly email: string;
  readonly institution: string;
  readonly country: string;
}

const FIELD_NAMES: Readonly<Record<keyof SubmissionFields, string>> = {
  method: 'Method',
  team: 'Team',
  authors: 'Authors',
  email: 'E-mail',
  institution: 'Institution',
  country: 'Country',
};

export const README = 'README.txt';

/** One line for each field. */
export function readmeOf(fields: SubmissionFields): string {
  const keys = Object.keys(FIELD_NAMES) as (keyof SubmissionFields)[];
  return keys.map((key) => `${FIELD_NAMES[key]}: ${fields[key].trim()}\n`).join('');
}

/** Names of the fields that a README.txt lacks or leaves empty. */
export function missingFields(readme: string): string[] {
  const lines = readme.split(/\r?\n/);
  return Object.values(FIELD_NAMES).filter((name) => {
    const line = lines.find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return line === undefined || line.slice(name.length + 1).trim() === '';
  });
}
