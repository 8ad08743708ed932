"""The gate at the desk: approvals, the ladder, the register, what must be so before going live, as pages show them."""
