/**
 * Cuts one text, or two, to `room` tokens together. Of two the longer is cut first; where both are longer than half the
 * room, the room is halved, an odd token going to the longer one, as the `longest_first` strategy of Hugging Face does.
 */
export function truncateTokens(
  texts: readonly (readonly number[])[],
  room: number,
): readonly (readonly number[])[] {
  const [first = [], second] = texts;
  if (!second) return [first.slice(0, room)];
  if (first.length + second.length <= room) return texts;
  const isSwapped = first.length > second.length;
  const shorter = isSwapped ? second : first;
  const half = Math.floor(room / 2);
  const short = Math.min(shorter.length, half);
  const lengths = isSwapped ? [room - short, short] : [short, room - short];
  return [first.slice(0, lengths[0]), second.slice(0, lengths[1])];
}
