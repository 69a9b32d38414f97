//! The module's memory: blocks whose sizes are powers of two, each size with a list of those that are free again.
//! Small code rather than tight packing: vectors double anyway, and a page's memory is all given back at once.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::cell::UnsafeCell;
use core::ptr::{NonNull, copy_nonoverlapping, null_mut};

const WASM_PAGE: usize = 1 << 16;
/// The smallest block is 16 bytes, so that every block is aligned to 16.
const SMALLEST: usize = 4;

unsafe extern "C" {
    /// Where the linker's own memory ends.
    static __heap_base: u8;
}

struct State {
    /// The first free block of each size; each holds the address of the next.
    free: [*mut u8; 32],
    /// Where the memory begins that no block has had; 0 before the first one.
    top: usize,
}

/// See the module.
pub struct Blocks(UnsafeCell<State>);

// SAFETY: the module is built without atomics, so that it cannot run in two threads.
unsafe impl Sync for Blocks {}

/// Blocks of a size are at least twice as big as those of the one before.
fn size_class(size: usize) -> usize {
    (usize::BITS - (size - 1).leading_zeros()).max(SMALLEST as u32) as usize
}

impl Blocks {
    /// No memory yet.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(State { free: [null_mut(); 32], top: 0 }))
    }

    /// Takes every block back.
    ///
    /// # Safety
    /// Nothing that was allocated may be used, or dropped, afterwards.
    pub unsafe fn start_anew(&self) {
        // SAFETY: one thread, and no reference outlives a call.
        unsafe { *self.0.get() = State { free: [null_mut(); 32], top: 0 } }
    }

    /// A block of a size class. Where there is no memory the module stops, as the caller would anyway: that it never gets
    /// none spares every visitor the code that would say so.
    #[inline(never)]
    fn take(&self, class: usize) -> NonNull<u8> {
        // SAFETY: one thread, and no reference outlives a call.
        let state = unsafe { &mut *self.0.get() };
        let Some(free) = state.free.get_mut(class) else { unreachable() };
        if let Some(block) = NonNull::new(*free) {
            // SAFETY: a free block holds the address of the next one, see `dealloc`.
            *free = unsafe { *block.as_ptr().cast() };
            return block;
        }
        if state.top == 0 {
            state.top = ((&raw const __heap_base) as usize).next_multiple_of(1 << SMALLEST);
        }
        let block = state.top;
        let end = block + (1 << class);
        let missing = end.saturating_sub(memory_size(0) * WASM_PAGE);
        if missing > 0 && memory_grow(0, missing.div_ceil(WASM_PAGE)) == usize::MAX {
            unreachable();
        }
        state.top = end;
        NonNull::new(block as *mut u8).unwrap_or_else(|| unreachable())
    }
}

impl Blocks {
    #[inline(never)]
    fn resize(&self, block: NonNull<u8>, layout: Layout, size: usize) -> NonNull<u8> {
        let class = size_class(size);
        if size_class(layout.size()) == class {
            return block;
        }
        let new = self.take(class);
        // SAFETY: as the caller of `realloc` promises for `block`; the new block is another one.
        unsafe {
            copy_nonoverlapping(block.as_ptr(), new.as_ptr(), layout.size().min(size));
            self.dealloc(block.as_ptr(), layout);
        }
        new
    }
}

// SAFETY: blocks do not overlap: each is cut from untouched memory once, and is in a list only while nobody has it.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(size_class(layout.size())).as_ptr()
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: one thread; the caller gives the block up, which is at least 16 bytes long.
        unsafe {
            if let Some(free) = (*self.0.get()).free.get_mut(size_class(layout.size())) {
                *block.cast() = *free;
                *free = block;
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: no block is at 0.
        self.resize(unsafe { NonNull::new_unchecked(block) }, layout, size).as_ptr()
    }
}
