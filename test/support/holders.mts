/** Holders that no grant overrides, neither by a phrase nor on the host: nothing of theirs would stop a write. */
export const unclaimed = [
  'loop0',
  'loop17p1',
  'nvmet nqn.2026-01.org:a 1',
  'LIO iblock_0 lun a',
  'the iSCSI extent lun0',
  'btrfs /srv',
] as const;

/** Holders that the kernel's claim tells of, and signatures that nothing holds. */
export const claiming = [
  'md0',
  'dm-0',
  'loops',
  'LVM2_member on sda1 (UUID=a)',
  'nvmet',
  'btrfs',
  'LIOx y',
] as const;
