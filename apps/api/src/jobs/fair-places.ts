/**
 * Places that several share, of which nobody gets more than a multiple of those that are left free: whoever comes next
 * finds some, however many others hang, and however many of them there are. One alone gets half of the places with a
 * multiple of 1, and three quarters with 3.
 */
export class FairPlaces {
  private readonly held = new Map<string, number>();
  private taken = 0;

  constructor(
    private readonly places: number,
    private readonly multiple = 1,
  ) {}

  /** Those who get none at this moment. */
  get full(): string[] {
    return Array.from(this.held)
      .filter(([, count]) => !this.fits(count, this.taken))
      .map(([who]) => who);
  }

  /** How many may be taken at once without anybody getting too many, whoever of those that are not full they are for. */
  get room(): number {
    const most = Math.max(
      0,
      ...Array.from(this.held.values()).filter((count) => this.fits(count, this.taken)),
    );
    let room = 0;
    while (this.fits(most + room, this.taken + room)) room += 1;
    return room;
  }

  take(who: string): void {
    this.held.set(who, (this.held.get(who) ?? 0) + 1);
    this.taken += 1;
  }

  release(who: string): void {
    const left = (this.held.get(who) ?? 0) - 1;
    if (left > 0) this.held.set(who, left);
    else this.held.delete(who);
    this.taken -= 1;
  }

  /** Whether one who has so many may have another, of so many that are taken. */
  private fits(count: number, taken: number): boolean {
    return count < this.multiple * (this.places - taken);
  }
}
