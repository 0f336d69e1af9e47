/**
 * The same text in memory of its own. What is cut from a message is a view of its head and keeps all of that alive: whoever
 * stores a Call-ID or a tag for hours stores this copy.
 */
export const ownText = (text: string): string => Buffer.from(text).toString();
