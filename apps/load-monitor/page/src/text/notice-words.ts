/** Gives a field of a notice's data as a short text. */
export type FieldText = (name: string) => string;

/** What a notice says, by its kind. */
export type NoticeWords = Readonly<Record<string, (field: FieldText) => string>>;
