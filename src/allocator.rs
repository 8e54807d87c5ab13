//! The allocator of the npm package: blocks of power-of-two sizes, a list of free ones for each size.
//!
//! Every operation is a few instructions and the whole is 0.3 KB of brotli, where the standard library's is 2.7. A block
//! goes back to its own size only, which suits a program that does the same few things over and over.
#![allow(unsafe_code, reason = "an allocator deals in addresses")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;

const PAGE: usize = 65_536;
const SMALLEST: usize = 16;
/// Sizes from 16 bytes to 1 GiB.
const SIZES: usize = 27;

struct Heap {
    /// The first free block of each size; a free block begins with the address of the next.
    free: [Cell<usize>; SIZES],
    /// The part of the last pages that was not given out yet.
    start: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: a wasm module without threads has one thread.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { free: [const { Cell::new(0) }; SIZES], start: Cell::new(0), end: Cell::new(0) };

/// The size of the block for a layout, and its place in the list of sizes.
fn block(layout: &Layout) -> (usize, usize) {
    let size = layout.size().max(layout.align()).max(SMALLEST).next_power_of_two();
    let place = size.trailing_zeros().wrapping_sub(SMALLEST.trailing_zeros());
    (size, place as usize)
}

// SAFETY: a block is at least as large as the layout and begins at a multiple of its own size or of a page, whichever is
// smaller; no layout of this crate or its dependencies asks for more than a page of alignment. Blocks never overlap: each
// is cut off the pages once and afterwards is either given out or in one list.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, place) = block(&layout);
        let Some(head) = self.free.get(place) else { return ptr::null_mut() };
        if head.get() != 0 {
            let taken = head.get() as *mut usize;
            // SAFETY: the address of a free block of this size, which is aligned and holds the next address.
            head.set(unsafe { taken.read() });
            return taken.cast();
        }
        self.cut(size)
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        let (_, place) = block(&layout);
        if let Some(head) = self.free.get(place) {
            // SAFETY: the block is ours again and large enough for an address.
            unsafe { address.cast::<usize>().write(head.get()) };
            head.set(address as usize);
        }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(new_size, layout.align()) else { return ptr::null_mut() };
        if block(&wanted) == block(&layout) {
            return address;
        }
        // SAFETY: the caller's promises of `realloc` are those of the three calls; the copy is within both blocks.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(address, moved, layout.size().min(new_size));
                self.dealloc(address, layout);
            }
            moved
        }
    }
}

impl Heap {
    /// Cuts a new block off the pages, after getting more of them if need be.
    fn cut(&self, size: usize) -> *mut u8 {
        // Both are powers of two.
        let mask = size.min(PAGE).wrapping_sub(1);
        let mut start = self.start.get().wrapping_add(mask) & !mask;
        if start.checked_add(size).is_none_or(|end| end > self.end.get()) {
            // What was left is too small for this block and is not kept: less than a page.
            let pages = size.div_ceil(PAGE);
            let before = core::arch::wasm32::memory_grow(0, pages);
            if before == usize::MAX {
                return ptr::null_mut();
            }
            start = before.wrapping_mul(PAGE);
            self.end.set(start.wrapping_add(pages.wrapping_mul(PAGE)));
        }
        self.start.set(start.wrapping_add(size));
        start as *mut u8
    }
}
