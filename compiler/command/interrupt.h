/* interrupt.h - a user's or system's wish that the process ends (INT, TERM, HUP), taken at a safe
 * point. */
#ifndef MESH_COMMAND_INTERRUPT_H
#define MESH_COMMAND_INTERRUPT_H

#include <stdbool.h>

/* From now on these signals are noted instead of ending the process. */
void interrupt_hold(void);
bool interrupt_pending(void);
/* Back to normal; a noted signal ends the process now, as it would have. */
void interrupt_release(void);

#endif
