/*
 * mark.h: marks tell that something about a patient changed (phm.stale).
 */
#ifndef PHM_MARK_H
#define PHM_MARK_H

/*
 * Keeps the triggers of the record tables quiet until mark_restore_triggers:
 * phm's own writers mark patients themselves, which is cheaper.
 */
extern int	mark_silence_triggers(void);
extern void mark_restore_triggers(int level);

#endif							/* PHM_MARK_H */
